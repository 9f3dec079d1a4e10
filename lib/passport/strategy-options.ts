import type { Account } from '../login/account'
import { Authenticator } from '../login/authenticator'
import type { AuthenticatorOptions } from '../options/authenticator-options'
import type { LoginContext } from '../sessions/context'
import type { Messages } from './outcome'
import type { StrategyRequest } from './visitor'

/**
 * Part of an {@link Authenticator} that a strategy uses.
 *
 * @example
 * ```ts
 * import { type AuthenticatorLike, Strategy } from 'passport-xmpp-bosh'
 *
 * // A stub for tests: every password is right.
 * const authenticator: AuthenticatorLike = {
 *   authenticate: async ({ username }) => ({
 *     jid: `${username}@example.com`,
 *     username,
 *     domain: 'example.com',
 *     mechanism: 'PLAIN',
 *   }),
 * }
 *
 * const strategy = new Strategy({ authenticator })
 * ```
 */
export interface AuthenticatorLike {
  /** Checks a password; see {@link Authenticator.authenticate}. */
  authenticate(credentials: { username: string; password: string }, context?: LoginContext): Promise<Account>
}

/**
 * Options that every {@link Strategy} has.
 *
 * @example
 * ```ts
 * import type { Request } from 'express'
 * import { type CommonStrategyOptions, Strategy } from 'passport-xmpp-bosh'
 *
 * const common: CommonStrategyOptions<Request> = {
 *   name: 'xmpp',
 *   messages: { invalidCredentials: 'Wrong user name or password.' },
 *   forwardClientIp: req => req.ip,
 *   handleErrorsAsFailures: true,
 * }
 *
 * const strategy = new Strategy<Request>({
 *   ...common,
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 * })
 * ```
 */
export interface CommonStrategyOptions<Req = StrategyRequest> {
  /**
   * Name of the field in `req.body` that holds the user name or bare JID. `user[name]` names a nested field.
   *
   * @default 'username'
   */
  usernameField?: string
  /**
   * Name of the field in `req.body` that holds the password. `user[password]` names a nested field.
   *
   * @default 'password'
   */
  passwordField?: string
  /**
   * Function that returns the credentials, in place of the two fields: for example from an HTTP header. It also gets the
   * options of `passport.authenticate`, in which graphql-passport hands credentials over.
   *
   * @default reads `usernameField` and `passwordField` of `req.body`
   */
  credentialsLookup?: (
    req: Req,
    options: XmppAuthenticateOptions & Readonly<Record<string, unknown>>,
  ) =>
    | {
        /** user name or bare JID, as typed */
        username: string
        /** password, as typed */
        password: string
      }
    | undefined
  /**
   * Name of the strategy for `passport.authenticate`.
   *
   * @default 'xmpp-bosh'
   */
  name?: string
  /**
   * Function that returns the visitor's IP address, so that bans of the XMPP server hit the visitor and not the app.
   * It is sent as `X-Forwarded-For`. Behind your own proxy, use `req => req.ip` with Express' `trust proxy`.
   *
   * @default sends no address
   */
  forwardClientIp?: (req: Req) => string | undefined
  /**
   * Texts for the visitor, in place of the default ones.
   *
   * @default English texts, see {@link Messages}
   */
  messages?: Partial<Messages>
  /**
   * true: an outage is a failure with status 503, so that `failureRedirect` applies. false: it goes to the app's error
   * handler.
   *
   * @default false
   */
  handleErrorsAsFailures?: boolean
}

/**
 * Options of a {@link Strategy} that connects to the XMPP server itself, the usual case.
 *
 * @example
 * ```ts
 * import { type ConnectedStrategyOptions, Strategy } from 'passport-xmpp-bosh'
 *
 * const options: ConnectedStrategyOptions = {
 *   service: ['https://xmpp1.example.com:5443/bosh', 'https://xmpp2.example.com:5443/bosh'],
 *   domain: 'example.com',
 *   timeout: 10_000, // ms
 * }
 *
 * const strategy = new Strategy(options)
 * ```
 */
export type ConnectedStrategyOptions<Req = StrategyRequest> = CommonStrategyOptions<Req> &
  AuthenticatorOptions & {
    /** not allowed together with the options of an {@link Authenticator} */
    authenticator?: never
  }

/**
 * Options of a {@link Strategy} that uses an {@link Authenticator} of the app. Options of the Authenticator are not
 * allowed here.
 *
 * @example
 * ```ts
 * import { Authenticator, type SharedStrategyOptions, Strategy } from 'passport-xmpp-bosh'
 *
 * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
 *
 * // Two strategies, one limit of concurrent logins.
 * const forStaff: SharedStrategyOptions = { authenticator, name: 'staff' }
 * const forGuests: SharedStrategyOptions = { authenticator, name: 'guests' }
 * const strategies = [new Strategy(forStaff), new Strategy(forGuests)]
 * ```
 */
export type SharedStrategyOptions<Req = StrategyRequest> = CommonStrategyOptions<Req> & {
  /**
   * Authenticator of the app, or a function that returns one for each request, for example by tenant. Never create one
   * from the visitor's input.
   */
  authenticator: AuthenticatorLike | ((req: Req) => AuthenticatorLike | Promise<AuthenticatorLike>)
} & { [option in keyof AuthenticatorOptions]?: never }

/**
 * Options of a {@link Strategy}: either those of an {@link Authenticator} or `authenticator`, and its own.
 *
 * @example
 * ```ts
 * import { Strategy, type StrategyOptions } from 'passport-xmpp-bosh'
 *
 * const options: StrategyOptions = {
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   usernameField: 'username',
 * }
 *
 * const strategy = new Strategy(options, (profile, done) => done(null, { id: profile.jid }))
 * ```
 */
export type StrategyOptions<Req = StrategyRequest> = (ConnectedStrategyOptions<Req> | SharedStrategyOptions<Req>) & {
  /**
   * false: calls `verify(profile, done)`.
   *
   * @default false
   */
  passReqToCallback?: false
}

/**
 * Options of a {@link Strategy} with a `verify` that takes the request as first parameter.
 *
 * @example
 * ```ts
 * import type { Request } from 'express'
 * import { Strategy, type StrategyOptionsWithRequest } from 'passport-xmpp-bosh'
 *
 * const options: StrategyOptionsWithRequest<Request> = {
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   passReqToCallback: true,
 * }
 *
 * const strategy = new Strategy(options, (req, profile, done) => done(null, { ...profile, host: req.hostname }))
 * ```
 */
export type StrategyOptionsWithRequest<Req = StrategyRequest> = (
  | ConnectedStrategyOptions<Req>
  | SharedStrategyOptions<Req>
) & {
  /** true: calls `verify(req, profile, done)`. */
  passReqToCallback: true
}

/**
 * Options of one call of `passport.authenticate('xmpp-bosh', options)`, in addition to Passport's own.
 *
 * @example
 * ```ts
 * import express from 'express'
 * import passport from 'passport'
 * import { Strategy, type XmppAuthenticateOptions } from 'passport-xmpp-bosh'
 *
 * passport.use(new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }))
 *
 * const german: passport.AuthenticateOptions & XmppAuthenticateOptions = {
 *   session: false,
 *   messages: { invalidCredentials: 'Benutzername oder Passwort ist falsch.' },
 * }
 * const app = express()
 * app.use(express.urlencoded({ extended: false }))
 * app.post('/login', passport.authenticate('xmpp-bosh', german), (req, res) => {
 *   res.json(req.user)
 * })
 * ```
 */
export interface XmppAuthenticateOptions {
  /**
   * Texts for the visitor, each in place of that of the strategy.
   *
   * @default the `messages` of the strategy
   */
  messages?: Partial<Messages>
}
