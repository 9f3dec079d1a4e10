import type { BoshSession } from '../bosh/session'
import { isObserved, LOGIN, observed, serviceName, startOf } from '../diagnostics/channels'
import type { LoginMessage, OperationMessage } from '../diagnostics/messages'
import { XmppBoshError } from '../errors/error'
import type { AuthenticatorOptions } from '../options/authenticator-options'
import { type Settings, settingsOf } from '../options/settings'
import { BoundedSessions, type Internals } from '../sessions/bounded-sessions'
import type { LoginContext } from '../sessions/context'
import type { Signal } from '../time/light-signal'
import type { Account } from './account'
import { AccountDetails } from './account-details'
import { establishSession } from './bind'
import { type Credentials, prepareCredentials } from './credentials'
import { deriveWithin } from './key-derivation'
import { type LoggedIn, login } from './login'
import { FailureDelay } from './timing/failure-delay'
import type { LoginTiming } from './timing/login-timing'
import { SeenIterations } from './timing/seen-iterations'

/**
 * Work on the session of a login that succeeded.
 *
 * @param bound full JID that the server bound; `undefined` with `bind: false`
 * @internal
 */
export type Work<T> = (account: Account, session: BoshSession, signal: Signal, bound: string | undefined) => Promise<T>

/** {@link Work} on a session that may have to be established first. */
type WorkOnBound<T> = (account: Account, session: BoshSession, signal: Signal, loggedIn: LoggedIn) => Promise<T>

const onlyAccount: WorkOnBound<Account> = async account => account

/**
 * Client that asks an XMPP server over BOSH whether a password is right. It needs neither Passport nor Express. One
 * instance serves a whole app.
 *
 * @example
 * ```ts
 * import { Authenticator, XmppBoshError } from 'passport-xmpp-bosh'
 *
 * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
 *
 * try {
 *   const { jid } = await authenticator.authenticate({ username: 'alice', password: 'secret' })
 *   console.log(`${jid} is logged in`)
 * } catch (error) {
 *   if (!XmppBoshError.is(error)) throw error
 *   console.log(error.code, error.status) // invalid-credentials 401
 * }
 *
 * await authenticator.close() // when the app stops
 * ```
 */
export class Authenticator {
  readonly #settings: Settings
  readonly #sessions: BoundedSessions
  readonly #delay: FailureDelay
  readonly #iterations: SeenIterations
  readonly #details: AccountDetails

  /**
   * Creates an authenticator. It connects at the first login.
   *
   * @param options `service` and `domain` are required
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import { Authenticator } from 'passport-xmpp-bosh'
   *
   * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * const { jid } = await authenticator.authenticate({ username: 'alice', password: 'secret' })
   * ```
   */
  constructor(options: AuthenticatorOptions)
  /** @internal */
  constructor(options: AuthenticatorOptions, internals: Internals | BoundedSessions)
  constructor(options: AuthenticatorOptions, internals: Internals | BoundedSessions = {}) {
    const settings = settingsOf(options)
    const sessions = internals instanceof BoundedSessions ? internals : new BoundedSessions(settings, internals)
    this.#settings = settings
    this.#sessions = sessions
    this.#delay = new FailureDelay(sessions.clock, settings, sessions.closing)
    this.#iterations = new SeenIterations(settings)
    this.#details = new AccountDetails(settings, sessions.clock)
  }

  /**
   * Logs in and returns the account. Resolves only with proof: the server reported success on this session, proved that
   * it knows the password as far as the mechanism can (RFC 5802 §5), and bound the requested JID (unless `bind: false`).
   * Then reads the roles and the vCard of the account, with options `roles` and `profile`.
   *
   * @param credentials user name or bare JID, and password, as typed
   * @param context signal, IP address and key of the visitor
   * @throws {XmppBoshError} with a lower-case `code` for a refusal, `ERR_XMPP_*` for a fault
   * @example
   * ```ts
   * import { Authenticator } from 'passport-xmpp-bosh'
   *
   * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * const { jid, mechanism } = await authenticator.authenticate({ username: 'alice', password: 'secret' })
   * console.log(jid, mechanism) // alice@example.com SCRAM-SHA-512
   * ```
   */
  authenticate(credentials: { username: string; password: string }, context: LoginContext = {}): Promise<Account> {
    if (!isObserved(LOGIN)) return this.#authenticate(credentials, context)
    const message: LoginMessage = startOf(this.#settings.domain.ascii, this.#settings.endpoints)
    const login = () => this.#authenticate(credentials, context, message)
    return observed(LOGIN, message, login, (ended, { jid, mechanism }) => Object.assign(ended, { jid, mechanism }))
  }

  /**
   * Logs in like {@link authenticate}, then runs `work` on the session and returns its result. The session is established
   * before, if the server demands it (RFC 3921 §3).
   *
   * @internal
   */
  authenticated<T>(
    credentials: { username: string; password: string },
    context: LoginContext,
    work: Work<T>,
  ): Promise<T> {
    return this.#logIn(credentials, context, async (account, session, signal, { bound, demandsSession }) => {
      if (demandsSession) await establishSession(session, signal, this.#settings.domain, account.username)
      return work(account, session, signal, bound)
    })
  }

  #authenticate(
    credentials: { username: string; password: string },
    context: LoginContext,
    message?: OperationMessage,
  ): Promise<Account> {
    const details = this.#details
    if (!details.isNeeded) return this.#logIn(credentials, context, onlyAccount, message)
    const deadlineAt = this.#sessions.clock.now() + this.#settings.timeout
    const work: WorkOnBound<Account> = (account, session, signal, { demandsSession }) =>
      details.read(account, session, demandsSession, deadlineAt, signal)
    return this.#logIn(credentials, context, work, message)
  }

  /**
   * @param message gets the service that was chosen, if a subscriber observes the login
   */
  async #logIn<T>(
    credentials: { username: string; password: string },
    context: LoginContext,
    work: WorkOnBound<T>,
    message?: OperationMessage,
  ): Promise<T> {
    const attempt = async (timing: LoginTiming) => {
      const { domain, bind, minIterations, maxIterations } = this.#settings
      const prepared = await this.#prepared(credentials, context, timing)
      return this.#sessions.run(context, async ({ endpoint, session, features, key, begunAt }, signal) => {
        timing.begun(begunAt, key)
        if (message) message.service = serviceName(endpoint.url)
        const { mechanisms } = endpoint
        const derive = deriveWithin(signal, key, timing)
        const plan = {
          credentials: prepared,
          domain,
          mechanisms,
          bind,
          minIterations,
          maxIterations,
          derive,
          iterations: this.#iterations,
          timing,
        }
        const loggedIn = await login(session, features, plan, signal)
        const { local } = prepared
        const { mechanism } = loggedIn
        const account = { jid: `${local}@${domain.ascii}`, username: local, domain: domain.ascii, mechanism }
        return work(account, session, signal, loggedIn)
      })
    }
    return this.#delay.run(attempt, context.signal)
  }

  /**
   * Rejects the logins in flight with ERR_XMPP_UNAVAILABLE. Waits up to 2 s for sessions that are being created, and up
   * to 2 s until the server has confirmed the end of the open ones. If an `agent` has fewer sockets than sessions end, the
   * last of them wait for one, up to `timeout`. Then closes the library's own sockets.
   *
   * @example
   * ```ts
   * import { Authenticator } from 'passport-xmpp-bosh'
   *
   * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
   *
   * process.once('SIGTERM', () => authenticator.close())
   * ```
   */
  close(): Promise<void> {
    return this.#sessions.close()
  }

  /** Prepares the credentials. An account that cannot exist is refused after the waits of one that could. */
  async #prepared(
    { username, password }: { username: string; password: string },
    context: LoginContext,
    timing: LoginTiming,
  ): Promise<Credentials> {
    try {
      return prepareCredentials(username, password, this.#settings)
    } catch (reason) {
      if (!XmppBoshError.is(reason) || reason.code !== 'invalid-credentials') throw reason
      await this.#sessions.runWithoutSession(context, async (key, signal) => {
        timing.begun(this.#sessions.clock.now(), key)
        await this.#iterations.derive(password, deriveWithin(signal, key, timing))
      })
      throw reason
    }
  }
}
