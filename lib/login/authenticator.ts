import type { BoshSession } from '../bosh/session'
import type { AuthenticatorOptions } from '../options/authenticator-options'
import { type Settings, settingsOf } from '../options/settings'
import type { Mechanism } from '../sasl/mechanism-names'
import { BoundedSessions, type Internals } from '../sessions/bounded-sessions'
import type { LoginContext } from '../sessions/context'
import type { Signal } from '../time/light-signal'
import { prepareCredentials } from './credentials'
import { FailureDelay } from './failure-delay'
import { deriveWithin } from './key-derivation'
import { login } from './login'

/** Who proved to be who. */
export interface Account {
  /** bare JID: prepared localpart, `@`, domain as A-labels; the same person always gets the same one */
  readonly jid: string
  /** the localpart of `jid` */
  readonly username: string
  /** the domain of `jid` */
  readonly domain: string
  /** what the password was proved with */
  readonly mechanism: Mechanism
}

/**
 * Asks an XMPP server over BOSH whether a password is right. Knows neither Passport nor Express; one instance serves a
 * whole app.
 */
export class Authenticator {
  readonly #settings: Settings
  readonly #sessions: BoundedSessions
  readonly #delay: FailureDelay

  /** @throws {TypeError} that names the option */
  constructor(options: AuthenticatorOptions)
  /** @internal */
  constructor(options: AuthenticatorOptions, internals: Internals | BoundedSessions)
  constructor(options: AuthenticatorOptions, internals: Internals | BoundedSessions = {}) {
    const settings = settingsOf(options)
    const sessions = internals instanceof BoundedSessions ? internals : new BoundedSessions(settings, internals)
    this.#settings = settings
    this.#sessions = sessions
    this.#delay = new FailureDelay(sessions.clock, Math.min(settings.failureDelay, settings.timeout), sessions.closing)
  }

  /**
   * Resolves only with proof: the server said success on this session, proved to know the password as far as the
   * mechanism can, and (unless `bind: false`) bound the JID that was asked for.
   *
   * @throws {XmppBoshError} with a lower-case `code` for refusals, `ERR_XMPP_*` for everything else
   */
  authenticate(credentials: { username: string; password: string }, context: LoginContext = {}): Promise<Account> {
    return this.authenticated(credentials, context, async account => account)
  }

  /**
   * Does `work` on the session of a login that succeeded; see {@link authenticate}.
   *
   * @internal
   */
  async authenticated<T>(
    credentials: { username: string; password: string },
    context: LoginContext,
    work: (account: Account, session: BoshSession, signal: Signal) => Promise<T>,
  ): Promise<T> {
    const { domain, bind, minIterations, maxIterations } = this.#settings
    const attempt = () => {
      const prepared = prepareCredentials(credentials.username, credentials.password, domain, bind)
      return this.#sessions.run(context, async ({ endpoint, session, features }, signal) => {
        const { mechanisms } = endpoint
        const derive = deriveWithin(signal)
        const plan = { credentials: prepared, domain, mechanisms, bind, minIterations, maxIterations, derive }
        const mechanism = await login(session, features, plan, signal)
        const { local } = prepared
        const account = { jid: `${local}@${domain.ascii}`, username: local, domain: domain.ascii, mechanism }
        return work(account, session, signal)
      })
    }
    return this.#delay.level(attempt, context.signal)
  }

  /**
   * Rejects the logins in flight, waits for sessions that are just being created (2 s at most) and for the last
   * terminates (2 s at most), and ends the sockets that are ours.
   */
  close(): Promise<void> {
    return this.#sessions.close()
  }
}
