import { Authenticator } from '../login/authenticator'
import { AUTHENTICATOR_OPTION_NAMES, type AuthenticatorOptions } from '../options/authenticator-options'
import { assertKnown, assertObject, optionalBoolean } from '../options/checks'
import { fieldAt, pathOf } from './form-fields'
import { type Messages, messagesOf } from './outcome'
import type {
  AuthenticatorLike,
  StrategyOptions,
  StrategyOptionsWithRequest,
  StrategyRequest,
} from './strategy-options'
import { type Verify, type VerifyWithRequest, verifierOf } from './verify'

const OWN_OPTION_NAMES = [
  'authenticator',
  'usernameField',
  'passwordField',
  'credentialsLookup',
  'passReqToCallback',
  'name',
  'forwardClientIp',
  'messages',
  'handleErrorsAsFailures',
]

const MESSAGE_NAMES = Object.keys(messagesOf())

/** Options checked, with the defaults filled in. */
export interface StrategySettings<Req> {
  /** the Authenticator this strategy made, if it made one */
  own: Authenticator | undefined
  authenticatorFor: (req: Req) => AuthenticatorLike | Promise<AuthenticatorLike>
  lookup: (req: Req) => { username?: unknown; password?: unknown } | undefined
  forwardClientIp: ((req: Req) => string | undefined) | undefined
  verify: VerifyWithRequest<Req>
  messages: Partial<Messages> | undefined
  handleErrorsAsFailures: boolean
}

/** @throws {TypeError} that names the option */
export function strategySettingsOf<Req>(
  options: StrategyOptions<Req> | StrategyOptionsWithRequest<Req>,
  verify: Verify | VerifyWithRequest<Req> | undefined,
): StrategySettings<Req> {
  assertObject(options, 'options')
  assertKnown(options, [...OWN_OPTION_NAMES, ...AUTHENTICATOR_OPTION_NAMES])
  for (const name of ['usernameField', 'passwordField', 'name'] as const) {
    const value: unknown = options[name]
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw new TypeError(`option \`${name}\` must be a name`)
    }
  }
  for (const name of ['credentialsLookup', 'forwardClientIp'] as const) {
    if (options[name] !== undefined && typeof options[name] !== 'function') {
      throw new TypeError(`option \`${name}\` must be a function`)
    }
  }
  if (verify !== undefined && typeof verify !== 'function') throw new TypeError('`verify` must be a function')
  assertMessages(options.messages)
  const { usernameField = 'username', passwordField = 'password', credentialsLookup, authenticator } = options
  const [username, password] = [pathOf(usernameField), pathOf(passwordField)]
  const passReqToCallback = optionalBoolean(options, 'passReqToCallback') ?? false
  const own = authenticator === undefined ? new Authenticator(connectionOf(options)) : undefined
  if (authenticator !== undefined) assertOnlyAuthenticator(options)
  return {
    own,
    authenticatorFor:
      typeof authenticator === 'function' ? authenticator : () => authenticator ?? (own as Authenticator),
    lookup:
      credentialsLookup ??
      (req => {
        const body = (req as StrategyRequest).body
        return { username: fieldAt(body, username), password: fieldAt(body, password) }
      }),
    forwardClientIp: options.forwardClientIp,
    verify: verifierOf(verify, passReqToCallback),
    messages: options.messages,
    handleErrorsAsFailures: optionalBoolean(options, 'handleErrorsAsFailures') ?? false,
  }
}

function connectionOf(options: object): AuthenticatorOptions {
  const names: readonly string[] = AUTHENTICATOR_OPTION_NAMES
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => names.includes(name)),
  ) as unknown as AuthenticatorOptions
}

function assertOnlyAuthenticator(options: object): void {
  const { authenticator } = options as { authenticator: unknown }
  const isLike = typeof (authenticator as AuthenticatorLike | null)?.authenticate === 'function'
  if (typeof authenticator !== 'function' && !isLike) {
    throw new TypeError('option `authenticator` must be an Authenticator or a function that returns one')
  }
  const other = AUTHENTICATOR_OPTION_NAMES.find(name => (options as Partial<AuthenticatorOptions>)[name] !== undefined)
  if (other) throw new TypeError(`option \`${other}\` belongs to the Authenticator that option \`authenticator\` gives`)
}

/** @throws {TypeError} that names the text */
export function assertMessages(messages: unknown): void {
  if (messages === undefined) return
  assertObject(messages, 'option `messages`')
  assertKnown(messages, MESSAGE_NAMES, 'messages.')
  for (const [name, text] of Object.entries(messages)) {
    if (typeof text !== 'string') throw new TypeError(`option \`messages.${name}\` must be a text`)
  }
}
