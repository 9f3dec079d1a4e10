import PassportStrategy from 'passport-strategy'
import { actionFor } from './action'
import { deliver } from './delivery'
import type { ConnectedStrategyOptions, StrategyOptions, StrategyOptionsWithRequest } from './strategy-options'
import { type StrategySettings, strategySettingsOf } from './strategy-settings'
import type { Verify, VerifyWithRequest } from './verify'
import type { StrategyRequest } from './visitor'

/** Base class. Passport adds the actions to the strategy itself, or to an object that has it as its prototype. */
export const Base: new () => object = PassportStrategy

/** @inline */
export type NoProfile = {
  /** never in a request: it exposes a `verify` without the parameter `req` under `passReqToCallback: true` */
  readonly provider?: never
}

/**
 * Passport strategy that signs visitors in with their XMPP account.
 *
 * Ends each request with one action: `success` only with proof of the password (see {@link Authenticator}), `fail` if the
 * visitor or the account is refused, `error` if the server, the network or the configuration is at fault.
 *
 * @typeParam Req type of the framework's request, for `verify` and the options that take the request
 * @example
 * ```ts
 * import express from 'express'
 * import passport from 'passport'
 * import { Strategy } from 'passport-xmpp-bosh'
 *
 * passport.use(
 *   new Strategy({
 *     service: 'https://xmpp.example.com:5443/bosh', // URL of the server's BOSH endpoint
 *     domain: 'example.com', // the part behind the @ of a JID
 *   }),
 * )
 *
 * const app = express()
 * app.use(express.urlencoded({ extended: false }))
 * app.post('/login', passport.authenticate('xmpp-bosh', { session: false }), (req, res) => {
 *   res.json(req.user) // { jid: 'alice@example.com', username: 'alice', … }
 * })
 * ```
 */
export class Strategy<Req extends object & NoProfile = StrategyRequest> extends Base {
  /** Name for `passport.use` and `passport.authenticate`: option `name`. */
  readonly name: string
  /** @internal Not #private: Passport calls `authenticate` on an object that only has this one as its prototype. */
  readonly _settings: StrategySettings<Req>

  /** Signs the user in. Passport adds it for each request. */
  declare success: (user: object, info?: object) => void
  /** Refuses the login with an HTTP status. Passport adds it for each request. */
  declare fail: (info: object, status?: number) => void
  /** Passes an error to the app's error handler. Passport adds it for each request. */
  declare error: (error: unknown) => void

  // The first two are covered by the last two. They exist for the inference of literals: without them,
  // `{ ...options, mechanisms: ['PLAIN'] }` has the type string[].
  /**
   * Creates a strategy that checks passwords on the XMPP server at `service`, over BOSH.
   *
   * @param options `service`, the URL of the server's BOSH endpoint, and `domain`, the part behind the @ of a JID, are
   * required
   * @param verify maps the XMPP account to a user of the app, or refuses it; by default `req.user` is the
   * {@link Profile}
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import passport from 'passport'
   * import { Strategy } from 'passport-xmpp-bosh'
   *
   * const users = new Map([['alice@example.com', { id: 1, isLocked: false }]])
   *
   * passport.use(
   *   new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }, async profile => {
   *     const user = users.get(profile.jid)
   *     return user && !user.isLocked ? user : false // false refuses the login
   *   }),
   * )
   * // Then: app.post('/login', passport.authenticate('xmpp-bosh', { successRedirect: '/' }))
   * ```
   */
  constructor(
    options: ConnectedStrategyOptions<Req> & {
      /**
       * false: calls `verify(profile, done)`.
       *
       * @default false
       */
      passReqToCallback?: false
    },
    verify?: Verify,
  )
  /**
   * Creates a strategy that checks passwords on the XMPP server at `service` and passes the request to `verify`.
   *
   * @param options `service`, `domain` and `passReqToCallback: true` are required
   * @param verify maps the XMPP account to a user of the app, or refuses it
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import type { Request } from 'express'
   * import passport from 'passport'
   * import { Strategy } from 'passport-xmpp-bosh'
   *
   * passport.use(
   *   new Strategy<Request>(
   *     { service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com', passReqToCallback: true },
   *     (req, profile, done) => done(null, { ...profile, signedInFrom: req.ip }),
   *   ),
   * )
   * ```
   */
  constructor(
    options: ConnectedStrategyOptions<Req> & {
      /** true: calls `verify(req, profile, done)`. */
      passReqToCallback: true
    },
    verify?: VerifyWithRequest<Req>,
  )
  /**
   * Creates a strategy that connects by itself or uses an {@link Authenticator} of the app.
   *
   * @param options either `service` and `domain`, or `authenticator`
   * @param verify maps the XMPP account to a user of the app, or refuses it; by default `req.user` is the
   * {@link Profile}
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import passport from 'passport'
   * import { Authenticator, Strategy } from 'passport-xmpp-bosh'
   *
   * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * passport.use(new Strategy({ authenticator }))
   * ```
   */
  constructor(options: StrategyOptions<Req>, verify?: Verify)
  /**
   * Creates a strategy that connects by itself or uses an {@link Authenticator} of the app, and passes the request to
   * `verify`.
   *
   * @param options `passReqToCallback: true`, and either `service` and `domain`, or `authenticator`
   * @param verify maps the XMPP account to a user of the app, or refuses it
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import type { Request } from 'express'
   * import passport from 'passport'
   * import { Authenticator, Strategy } from 'passport-xmpp-bosh'
   *
   * // One Authenticator for each tenant, created from the configuration of the app.
   * const service = 'https://xmpp.example.com:5443/bosh'
   * const tenants = new Map([['example.com', new Authenticator({ service, domain: 'example.com' })]])
   *
   * passport.use(
   *   new Strategy<Request>(
   *     {
   *       authenticator: req => {
   *         const authenticator = tenants.get(req.hostname)
   *         if (!authenticator) throw new Error('unknown tenant')
   *         return authenticator
   *       },
   *       passReqToCallback: true,
   *     },
   *     async (req, profile) => ({ ...profile, tenant: req.hostname }),
   *   ),
   * )
   * ```
   */
  constructor(options: StrategyOptionsWithRequest<Req>, verify?: VerifyWithRequest<Req>)
  constructor(
    options: StrategyOptions<Req> | StrategyOptionsWithRequest<Req>,
    verify?: Verify | VerifyWithRequest<Req>,
  ) {
    super()
    this._settings = strategySettingsOf(options, verify)
    this.name = options.name ?? 'xmpp-bosh'
  }

  /**
   * Authenticates the visitor of a request. Passport calls it; `options` are those of `passport.authenticate`, see
   * {@link XmppAuthenticateOptions}.
   */
  authenticate(req: Req, options?: object): void {
    // Bound now: all requests share a strategy that is used without its name, and the next request replaces its actions.
    const success = this.success.bind(this)
    const fail = this.fail.bind(this)
    const error = this.error.bind(this)
    const actions = { success, fail, error }
    void actionFor(this._settings, req, options).then(outcome => deliver(outcome, actions, req, options))
  }

  /**
   * Rejects the logins in flight and closes the connections; see {@link Authenticator.close}. An `authenticator` from the
   * options stays open.
   *
   * @example
   * ```ts
   * import { Strategy } from 'passport-xmpp-bosh'
   *
   * const strategy = new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * process.once('SIGTERM', () => strategy.close())
   * ```
   */
  async close(): Promise<void> {
    await this._settings.own?.close()
  }
}
