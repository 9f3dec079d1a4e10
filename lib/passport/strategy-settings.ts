import { Authenticator } from '../login/authenticator'
import { AUTHENTICATOR_OPTION_NAMES, type AuthenticatorOptions } from '../options/authenticator-options'
import { assertKnown, assertObject, optionalBoolean } from '../options/checks'
import { fieldAt, pathOf } from './form-fields'
import { type Messages, messagesOf } from './outcome'
import type { AuthenticatorLike, StrategyOptions, StrategyOptionsWithRequest } from './strategy-options'
import { type Verify, type VerifyWithRequest, verifierOf } from './verify'
import type { StrategyRequest } from './visitor'

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

/** Options of a strategy, checked and with the defaults filled in. */
export interface StrategySettings<Req> {
  /** Authenticator that the strategy created and closes; `undefined` with option `authenticator` */
  own: Authenticator | undefined
  /** returns the Authenticator for a request */
  authenticatorFor: (req: Req) => AuthenticatorLike | Promise<AuthenticatorLike>
  /** returns the credentials of a request, unchecked; `options` are those of `passport.authenticate` */
  lookup: (
    req: Req,
    options: Readonly<Record<string, unknown>>,
  ) => { username?: unknown; password?: unknown } | undefined
  forwardClientIp: ((req: Req) => string | undefined) | undefined
  verify: VerifyWithRequest<Req>
  messages: Partial<Messages> | undefined
  handleErrorsAsFailures: boolean
}

/**
 * Checks the options of a strategy and fills in the defaults.
 *
 * @throws {TypeError} names the unknown or invalid option
 */
export function strategySettingsOf<Req>(
  options: StrategyOptions<Req> | StrategyOptionsWithRequest<Req>,
  verify: Verify | VerifyWithRequest<Req> | undefined,
): StrategySettings<Req> {
  assertObject(options, 'options')
  assertKnown(options, [...OWN_OPTION_NAMES, ...AUTHENTICATOR_OPTION_NAMES])
  for (const name of ['usernameField', 'passwordField', 'name'] as const) {
    const value: unknown = options[name]
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw new TypeError(`option \`${name}\` must be a non-empty string`)
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
  const own = authenticator === undefined ? new Authenticator(authenticatorOptionsIn(options)) : undefined
  if (authenticator !== undefined) assertSharedAuthenticator(options)
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

function authenticatorOptionsIn(options: object): AuthenticatorOptions {
  const names: readonly string[] = AUTHENTICATOR_OPTION_NAMES
  return Object.fromEntries(
    Object.entries(options).filter(([name]) => names.includes(name)),
  ) as unknown as AuthenticatorOptions
}

function assertSharedAuthenticator(options: object): void {
  const { authenticator } = options as { authenticator: unknown }
  const isAuthenticator = typeof (authenticator as AuthenticatorLike | null)?.authenticate === 'function'
  if (typeof authenticator !== 'function' && !isAuthenticator) {
    throw new TypeError('option `authenticator` must be an Authenticator or a function that returns one')
  }
  const other = AUTHENTICATOR_OPTION_NAMES.find(name => (options as Partial<AuthenticatorOptions>)[name] !== undefined)
  if (other) {
    throw new TypeError(`option \`${other}\` is not allowed with \`authenticator\`: set it on the Authenticator`)
  }
}

/**
 * Checks option `messages`.
 *
 * @throws {TypeError} names the unknown or invalid text
 */
export function assertMessages(messages: unknown): void {
  if (messages === undefined) return
  assertObject(messages, 'option `messages`')
  assertKnown(messages, MESSAGE_NAMES, 'messages.')
  for (const [name, text] of Object.entries(messages)) {
    if (text !== undefined && typeof text !== 'string')
      throw new TypeError(`option \`messages.${name}\` must be a string`)
  }
}
