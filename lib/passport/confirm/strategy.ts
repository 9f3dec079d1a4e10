import type { ConfirmView } from '../../confirm/view'
import { deliver } from '../delivery'
import { Base, type NoProfile } from '../strategy'
import type { Verify, VerifyWithRequest } from '../verify'
import { cancelFor, confirmActionFor, waitingFor } from './action'
import type { ConfirmRequest } from './common-options'
import type {
  ConfirmStrategyOptions,
  ConfirmStrategyOptionsWithRequest,
  ConnectedConfirmStrategyOptions,
} from './options'
import { type ConfirmSettings, confirmSettingsOf } from './settings'

/**
 * Passport strategy that signs visitors in without a password: their own XMPP client says yes.
 *
 * A POST starts a sign-in. The account of the app asks the visitor's account in a chat message, and the visitor answers
 * with the number that the browser shows. A GET finishes it. `success` needs an answer of that very account, and the
 * session that started it.
 *
 * @typeParam Req type of the framework's request, for `verify` and the options that take the request
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto'
 * import express from 'express'
 * import session from 'express-session'
 * import passport from 'passport'
 * import { ConfirmStrategy, deserializeUser, ServiceAccount, serializeUser } from 'passport-xmpp-bosh'
 *
 * const service = 'https://xmpp.example.com:5443/bosh'
 * const password = process.env['XMPP_ACCOUNT_PASSWORD'] ?? 'secret'
 * const account = new ServiceAccount({ service, domain: 'example.com', username: 'login', password })
 * const url = 'https://app.example.com/login'
 * const strategy = new ConfirmStrategy({ account, site: 'app.example.com', url, allow: 'example.com' })
 * passport.use(strategy)
 * passport.serializeUser(serializeUser)
 * passport.deserializeUser(deserializeUser)
 *
 * const app = express()
 * app.use(express.urlencoded({ extended: false }))
 * app.use(session({ secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false }))
 * app.use(passport.session())
 * app.post('/login/xmpp', passport.authenticate('xmpp-confirm'))
 * app.get('/login/xmpp/wait', async (req, res) => {
 *   const view = await strategy.waiting(req, { hold: 'held' in req.query ? 20_000 : 0 })
 *   if (view?.state !== 'waiting') return res.redirect('/login/xmpp/finish')
 *   // The browser keeps this page while the app holds the next request.
 *   res.set('Refresh', '1; url=?held').send(`Answer ${view.bot} with ${view.number}, or send it ${view.code}`)
 * })
 * app.get('/login/xmpp/finish', passport.authenticate('xmpp-confirm', { successRedirect: '/', failureRedirect: '/' }))
 * ```
 */
export class ConfirmStrategy<Req extends object & NoProfile = ConfirmRequest> extends Base {
  /** Name for `passport.use` and `passport.authenticate`: option `name`. */
  readonly name: string
  /** @internal Not #private: Passport calls `authenticate` on an object that only has this one as its prototype. */
  readonly _settings: ConfirmSettings<Req>

  /** Signs the user in. Passport adds it for each request. */
  declare success: (user: object, info?: object) => void
  /** Refuses the sign-in with an HTTP status. Passport adds it for each request. */
  declare fail: (info: object, status?: number) => void
  /** Sends the visitor to the page that waits. */
  declare redirect: (url: string, status?: number) => void
  /** Passes an error to the app's error handler. Passport adds it for each request. */
  declare error: (error: unknown) => void

  // The first two exist for the inference of literals, as those of Strategy.
  /**
   * Creates a strategy that asks visitors' clients through a service account.
   *
   * @param options `account`, `site`, `url` and `allow` are required
   * @param verify maps the XMPP account to a user of the app, or refuses it; by default `req.user` is the {@link Profile}.
   * It is called when the visitor comes back, not when the answer arrives
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import { ConfirmStrategy, type ServiceAccount } from 'passport-xmpp-bosh'
   *
   * const users = new Map([['alice@example.com', { id: 1, isLocked: false }]])
   *
   * export const strategyOf = (account: ServiceAccount) =>
   *   new ConfirmStrategy(
   *     { account, site: 'app.example.com', url: 'https://app.example.com/login', allow: 'example.com' },
   *     async profile => {
   *       const user = users.get(profile.jid) // never by `username`: another domain has the same names
   *       return user && !user.isLocked ? user : false
   *     },
   *   )
   * ```
   */
  constructor(
    options: ConnectedConfirmStrategyOptions<Req> & {
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
   * Creates a strategy that asks visitors' clients through a service account and passes the request to `verify`.
   *
   * @param options `account`, `site`, `url`, `allow` and `passReqToCallback: true` are required
   * @param verify maps the XMPP account to a user of the app, or refuses it
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import type { Request } from 'express'
   * import { ConfirmStrategy, type ServiceAccount } from 'passport-xmpp-bosh'
   *
   * const site = { site: 'app.example.com', url: 'https://app.example.com/login', allow: 'example.com' }
   *
   * export const strategyOf = (account: ServiceAccount) =>
   *   new ConfirmStrategy<Request>({ account, ...site, passReqToCallback: true }, (req, profile, done) =>
   *     done(null, { ...profile, signedInFrom: req.ip }),
   *   )
   * ```
   */
  constructor(
    options: ConnectedConfirmStrategyOptions<Req> & {
      /** true: calls `verify(req, profile, done)`. */
      passReqToCallback: true
    },
    verify?: VerifyWithRequest<Req>,
  )
  /**
   * Creates a strategy that asks by itself or uses {@link Confirmations} of the app.
   *
   * @param options either `account`, `site`, `url` and `allow`, or `confirmations`
   * @param verify maps the XMPP account to a user of the app, or refuses it; by default `req.user` is the {@link Profile}
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import { Confirmations, ConfirmStrategy, type ServiceAccount } from 'passport-xmpp-bosh'
   *
   * const site = { site: 'app.example.com', url: 'https://app.example.com/login', allow: 'example.com' }
   *
   * export const strategyOf = (account: ServiceAccount) =>
   *   new ConfirmStrategy({ confirmations: new Confirmations({ account, ...site }) })
   * ```
   */
  constructor(options: ConfirmStrategyOptions<Req>, verify?: Verify)
  /**
   * Creates a strategy that asks by itself or uses {@link Confirmations} of the app, and passes the request to `verify`.
   *
   * @param options `passReqToCallback: true`, and either `account`, `site`, `url` and `allow`, or `confirmations`
   * @param verify maps the XMPP account to a user of the app, or refuses it
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import { type Confirmations, type ConfirmRequest, ConfirmStrategy } from 'passport-xmpp-bosh'
   *
   * interface AppRequest extends ConfirmRequest {
   *   session?: { jid?: string } // set by the app once the password was right
   * }
   *
   * export const secondFactor = (confirmations: Confirmations) =>
   *   new ConfirmStrategy<AppRequest>(
   *     { confirmations, name: 'second-factor', jidLookup: req => req.session?.jid, passReqToCallback: true },
   *     async (req, profile) => (profile.jid === req.session?.jid ? profile : false),
   *   )
   * ```
   */
  constructor(options: ConfirmStrategyOptionsWithRequest<Req>, verify?: VerifyWithRequest<Req>)
  constructor(
    options: ConfirmStrategyOptions<Req> | ConfirmStrategyOptionsWithRequest<Req>,
    verify?: Verify | VerifyWithRequest<Req>,
  ) {
    super()
    this._settings = confirmSettingsOf(options, verify)
    this.name = options.name ?? 'xmpp-confirm'
  }

  /**
   * Starts or finishes a sign-in. Passport calls it; `options` are those of `passport.authenticate`, see
   * {@link ConfirmAuthenticateOptions}.
   */
  authenticate(req: Req, options?: object): void {
    // Bound now: all requests share a strategy that is used without its name, and the next request replaces its actions.
    const success = this.success.bind(this)
    const fail = this.fail.bind(this)
    const redirect = this.redirect.bind(this)
    const error = this.error.bind(this)
    const actions = { success, fail, redirect, error }
    void confirmActionFor(this._settings, req, options).then(outcome => deliver(outcome, actions, req, options))
  }

  /**
   * Returns the view of the request that this visitor started, for the page that waits; `undefined` if there is none or its
   * time is over. Never writes to the session.
   *
   * @param req request of the visitor; on Koa, `ctx`
   * @param options `hold`: time to wait for a decision before it returns, in ms, at most 60,000; by default it does not wait
   * @throws {XmppBoshError} ERR_XMPP_SESSION without a session
   * @example
   * ```ts
   * import type { ConfirmRequest, ConfirmStrategy } from 'passport-xmpp-bosh'
   *
   * export async function textFor(req: ConfirmRequest, strategy: ConfirmStrategy): Promise<string> {
   *   const view = await strategy.waiting(req, { hold: 20_000 })
   *   if (view?.state !== 'waiting') return 'finish'
   *   return `Answer ${view.bot} with ${view.number}, or send ${view.code ?? 'nothing'}`
   * }
   * ```
   */
  async waiting(req: Req, { hold = 0 }: { hold?: number } = {}): Promise<ConfirmView | undefined> {
    return waitingFor(this._settings, req, hold)
  }

  /**
   * Cancels the request that this visitor started, if there is one. A POST after it asks again.
   * @param req request of the visitor; on Koa, `ctx`
   * @throws {XmppBoshError} ERR_XMPP_SESSION without a session
   * @example
   * ```ts
   * import type { Request, Response } from 'express'
   * import type { ConfirmStrategy } from 'passport-xmpp-bosh'
   *
   * // For app.post('/login/xmpp/cancel', …)
   * export const cancel = (strategy: ConfirmStrategy) => async (req: Request, res: Response) => {
   *   await strategy.cancel(req)
   *   res.redirect(303, '/login')
   * }
   * ```
   */
  async cancel(req: Req): Promise<void> {
    await cancelFor(this._settings, req)
  }

  /**
   * Stops listening to answers; see {@link Confirmations.close}. Close the account first. `confirmations` from the options
   * stay open: they are the app's, which closes them after the account.
   *
   * @example
   * ```ts
   * import type { ConfirmStrategy, ServiceAccount } from 'passport-xmpp-bosh'
   *
   * export async function shutDown(strategy: ConfirmStrategy, account: ServiceAccount): Promise<void> {
   *   await account.close()
   *   await strategy.close()
   * }
   * ```
   */
  async close(): Promise<void> {
    await this._settings.own?.close()
  }
}
