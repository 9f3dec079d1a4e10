import { type Messages, messagesOf } from '../errors/conditions'
import { type Account, Authenticator } from '../login/authenticator'
import {
  AUTHENTICATOR_OPTION_NAMES,
  type AuthenticatorOptions,
  assertKnown,
  assertObject,
  optionalBoolean,
} from '../options/authenticator-options'
import type { LoginContext } from '../sessions/context'
import type { Profile } from './profile'

/** A request, as far as the strategy looks at it. Name your framework's own type as the type argument if you need more. */
export interface StrategyRequest {
  /** parsed form or JSON; the query is never read */
  body?: unknown
  /** never read; for `credentialsLookup` and `verify` */
  headers?: Readonly<Record<string, string | readonly string[] | undefined>>
  /** never read; for `forwardClientIp` */
  ip?: string | undefined
  /** its `close` means that the visitor left, and ends the login */
  socket?: object | undefined
}

/** Gives the app's answer: an error, a user, or no user with a reason. Only the first answer counts. */
export type VerifyDone = (error: unknown, user?: object | false | null, info?: object | string) => void
/** An answer, when it is a promise that resolves to a user or to a no; nothing, when `done` gives it. */
// biome-ignore lint/suspicious/noConfusingVoidType: a function that answers by `done` returns nothing
export type VerifyResult = void | Promise<object | false | null | undefined | void>
/** Maps the XMPP account to a user of the app, or refuses it: by `done`, or by a promise. */
export type Verify = (profile: Profile, done: VerifyDone) => VerifyResult
/** The same with `passReqToCallback: true`. */
export type VerifyWithRequest<Req> = (req: Req, profile: Profile, done: VerifyDone) => VerifyResult

/** What can stand in for an {@link Authenticator}. */
export interface AuthenticatorLike {
  /** As {@link Authenticator.authenticate}. */
  authenticate(credentials: { username: string; password: string }, context?: LoginContext): Promise<Account>
}

/** What every {@link Strategy} can be told. */
export interface CommonStrategyOptions<Req = StrategyRequest> {
  /** name in `req.body`, default `username`; `user[name]` means nesting */
  usernameField?: string
  /** name in `req.body`, default `password` */
  passwordField?: string
  /** where the credentials are, instead of the body */
  credentialsLookup?: (req: Req) =>
    | {
        /** as typed: a user name or a bare JID */
        username: string
        /** as typed */
        password: string
      }
    | undefined
  /** name under which Passport knows the strategy, default `xmpp-bosh` */
  name?: string
  /** the visitor's IP address; behind a proxy of yours `req => req.ip` with Express' `trust proxy` */
  forwardClientIp?: (req: Req) => string | undefined
  /** texts for the visitor */
  messages?: Partial<Messages>
  /** default false; true: an outage is `fail` with status 503 instead of `error` */
  handleErrorsAsFailures?: boolean
}

/** Options of a {@link Strategy} that connects by itself, the usual case. */
export type ConnectedStrategyOptions<Req = StrategyRequest> = CommonStrategyOptions<Req> &
  AuthenticatorOptions & {
    /** not together with options of an Authenticator */
    authenticator?: never
  }
/** Options of a {@link Strategy} that asks somebody else's Authenticator: none of those an Authenticator has. */
export type SharedStrategyOptions<Req = StrategyRequest> = CommonStrategyOptions<Req> & {
  /** a shared one, or one per tenant: never made from what the visitor typed */
  authenticator: AuthenticatorLike | ((req: Req) => AuthenticatorLike | Promise<AuthenticatorLike>)
} & { [option in keyof AuthenticatorOptions]?: never }
/** Options of a {@link Strategy}: those of an Authenticator or `authenticator`, and its own. */
export type StrategyOptions<Req = StrategyRequest> = (ConnectedStrategyOptions<Req> | SharedStrategyOptions<Req>) & {
  /** default false: `verify(profile, done)` */
  passReqToCallback?: false
}
/** The same, when `verify` wants the request first. */
export type StrategyOptionsWithRequest<Req = StrategyRequest> = (
  | ConnectedStrategyOptions<Req>
  | SharedStrategyOptions<Req>
) & {
  /** `verify(req, profile, done)` */
  passReqToCallback: true
}

/** Options of one `passport.authenticate('xmpp-bosh', options)`, beside Passport's own. */
export interface XmppAuthenticateOptions {
  /** instead of the strategy's */
  messages?: Partial<Messages>
}

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
  verify: (req: Req, profile: Profile, done: VerifyDone) => VerifyResult
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

// By the option, never by the function's length: wrappers (NestJS) hide it.
function verifierOf<Req>(
  verify: Verify | VerifyWithRequest<Req> | undefined,
  passReqToCallback: boolean,
): StrategySettings<Req>['verify'] {
  if (verify === undefined) return (_req, profile, done) => done(null, { ...profile })
  if (passReqToCallback) return verify as VerifyWithRequest<Req>
  return (_req, profile, done) => (verify as Verify)(profile, done)
}

// `user[name]`: as body parsers nest form fields
function pathOf(field: string): readonly string[] {
  return field.split(/\[|\]\[|\]/).filter(part => part !== '')
}

function fieldAt(body: unknown, path: readonly string[]): unknown {
  let value = body
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
