import { Confirmations } from '../../confirm/confirmations'
import { CONFIRMATIONS_OPTION_NAMES, type ConfirmationsOptions } from '../../confirm/options'
import { assertKnown, assertObject, optionalBoolean } from '../../options/checks'
import { fieldAt, pathOf } from '../form-fields'
import { type Verify, type VerifyWithRequest, verifierOf } from '../verify'
import type { ConfirmationsLike, ConfirmRequest } from './common-options'
import type { ConfirmStrategyOptions, ConfirmStrategyOptionsWithRequest } from './options'
import { type ConfirmMessages, confirmMessagesOf } from './outcome'

const OWN_OPTION_NAMES = [
  'confirmations',
  'waitUrl',
  'describe',
  'dialog',
  'language',
  'field',
  'jidLookup',
  'sessionKey',
  'name',
  'messages',
  'handleErrorsAsFailures',
  'passReqToCallback',
]
/** Options that a strategy and its Confirmations both have: the strategy decides for each request. */
const SHARED = 'dialog'

const CONFIRMATIONS_NAMES: readonly string[] = CONFIRMATIONS_OPTION_NAMES.filter(name => name !== SHARED)
const METHODS = ['start', 'waiting', 'settled', 'take', 'signedIn', 'cancel'] as const
const MESSAGE_NAMES = Object.keys(confirmMessagesOf())

type Options<Req> = ConfirmStrategyOptions<Req> | ConfirmStrategyOptionsWithRequest<Req>

/** Options of a strategy, checked and with the defaults filled in. */
export interface ConfirmSettings<Req> {
  /** Confirmations that the strategy created and closes; `undefined` with option `confirmations` */
  own: Confirmations | undefined
  /** returns the Confirmations for a request */
  confirmationsFor: (req: Req) => ConfirmationsLike | Promise<ConfirmationsLike>
  /** returns the typed JID of a request, unchecked */
  lookup: (req: Req) => unknown
  waitUrl: string
  describe: ((req: Req) => string | undefined) | undefined
  dialog: (req: Req, jid: string) => boolean | Promise<boolean>
  language: ((req: Req) => string | undefined) | undefined
  sessionKey: string
  /** ids of the requests that visitors cancelled: the store has them no more */
  cancelled: Set<string>
  verify: VerifyWithRequest<Req>
  messages: Partial<ConfirmMessages> | undefined
  handleErrorsAsFailures: boolean
}

/**
 * Checks the options of a strategy and fills in the defaults.
 *
 * @throws {TypeError} names the unknown, missing or invalid option
 */
export function confirmSettingsOf<Req>(
  options: Options<Req>,
  verify: Verify | VerifyWithRequest<Req> | undefined,
): ConfirmSettings<Req> {
  assertObject(options, 'options')
  assertKnown(options, [...OWN_OPTION_NAMES, ...CONFIRMATIONS_NAMES])
  assertTypes(options)
  if (verify !== undefined && typeof verify !== 'function') throw new TypeError('`verify` must be a function')
  assertConfirmMessages(options.messages)
  const { confirmations, dialog = false, field = 'jid', jidLookup } = options
  const path = pathOf(field)
  if (confirmations !== undefined) assertShared(options)
  const passReqToCallback = optionalBoolean(options, 'passReqToCallback') ?? false
  const handleErrorsAsFailures = optionalBoolean(options, 'handleErrorsAsFailures') ?? false
  const own = confirmations === undefined ? new Confirmations(confirmationsOptionsIn(options)) : undefined
  return {
    own,
    confirmationsFor:
      typeof confirmations === 'function' ? confirmations : () => confirmations ?? (own as Confirmations),
    lookup: jidLookup ?? (req => fieldAt((req as ConfirmRequest).body, path)),
    waitUrl: options.waitUrl ?? '/login/xmpp/wait',
    describe: options.describe,
    dialog: typeof dialog === 'function' ? dialog : () => dialog,
    language: options.language,
    sessionKey: options.sessionKey ?? 'xmpp-confirm',
    cancelled: new Set(),
    verify: verifierOf(verify, passReqToCallback),
    messages: options.messages,
    handleErrorsAsFailures,
  }
}

function assertTypes(options: Options<never>): void {
  for (const name of ['waitUrl', 'field', 'sessionKey', 'name'] as const) {
    const value: unknown = options[name]
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw new TypeError(`option \`${name}\` must be a non-empty string`)
    }
  }
  for (const name of ['describe', 'language', 'jidLookup'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new TypeError(`option \`${name}\` must be a function`)
    }
  }
  const { dialog } = options as { dialog?: unknown }
  if (dialog !== undefined && typeof dialog !== 'boolean' && typeof dialog !== 'function') {
    throw new TypeError('option `dialog` must be true, false or a function')
  }
}

function confirmationsOptionsIn(options: object): ConfirmationsOptions {
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => CONFIRMATIONS_NAMES.includes(name)),
  ) as unknown as ConfirmationsOptions
}

function assertShared(options: object): void {
  const { confirmations } = options as { confirmations: unknown }
  const isLike = METHODS.every(
    method => typeof (confirmations as Partial<ConfirmationsLike> | null)?.[method] === 'function',
  )
  if (typeof confirmations !== 'function' && !isLike) {
    throw new TypeError('option `confirmations` must be Confirmations or a function that returns them')
  }
  const other = CONFIRMATIONS_NAMES.find(name => (options as Record<string, unknown>)[name] !== undefined)
  if (other) {
    throw new TypeError(`option \`${other}\` is not allowed with \`confirmations\`: set it on the Confirmations`)
  }
}

/**
 * Checks option `messages`.
 *
 * @throws {TypeError} names the unknown or invalid text
 */
export function assertConfirmMessages(messages: unknown): void {
  if (messages === undefined) return
  assertObject(messages, 'option `messages`')
  assertKnown(messages, MESSAGE_NAMES, 'messages.')
  for (const [name, text] of Object.entries(messages)) {
    if (text !== undefined && typeof text !== 'string')
      throw new TypeError(`option \`messages.${name}\` must be a string`)
  }
}
