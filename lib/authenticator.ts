import { setMaxListeners } from 'node:events'
import { anyOf, bounded, untilAborted } from './abort'
import { Bans } from './bans'
import { BoshSession } from './bosh/session'
import { httpTransport, type Transport } from './bosh/transport'
import { clientIpOf } from './client-ip'
import { type Clock, systemClock } from './clock'
import { type Credentials, prepareCredentials } from './credentials'
import { deriveWithin } from './derive'
import { XmppBoshError } from './errors'
import { Failover } from './failover'
import { MAX_DELAYED_FAILURES, TERMINATE_TIMEOUT_MS } from './limits'
import { featuresIn, login } from './login'
import { type AuthenticatorOptions, type Endpoint, type Mechanism, type Settings, settingsOf } from './options'
import { Slots } from './slots'
import type { Element } from './xml/read'

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

/** An `AbortSignal`, as far as it matters here. */
export interface AbortSignalLike {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** What belongs to one login. */
export interface LoginContext {
  /** aborted when nobody waits for the answer any more */
  signal?: AbortSignalLike
  /** the visitor's IP address, sent as `X-Forwarded-For` so that the server's bans hit the visitor and not the app */
  clientIp?: string
}

/** @internal */
export interface Internals {
  readonly clock?: Clock
  readonly transport?: Transport
}

/**
 * Asks an XMPP server over BOSH whether a password is right. Knows neither Passport nor Express; one instance serves a
 * whole app.
 */
export class Authenticator {
  readonly #settings: Settings
  readonly #clock: Clock
  readonly #transport: Transport
  readonly #slots: Slots
  readonly #bans: Bans
  readonly #failover: Failover
  readonly #closing = new AbortController()
  /** aborted when `close()` has waited long enough */
  readonly #givingUp = new AbortController()
  /** work that goes on when nobody waits for it: abandoned logins and terminates, each bounded in time */
  readonly #working = new Set<Promise<unknown>>()
  #delayed = 0

  /** @throws {TypeError} that names the option */
  constructor(options: AuthenticatorOptions)
  /** @internal */
  constructor(options: AuthenticatorOptions, internals: Internals)
  constructor(options: AuthenticatorOptions, { clock = systemClock, transport }: Internals = {}) {
    const settings = settingsOf(options)
    // Every login listens to it: their number is bounded by the slots, not by node's guess at a leak.
    setMaxListeners(0, this.#closing.signal, this.#givingUp.signal)
    this.#settings = settings
    this.#clock = clock
    this.#transport = transport ?? httpTransport(settings)
    this.#slots = new Slots(settings.maxConcurrent, settings.maxQueue)
    this.#bans = new Bans(clock)
    this.#failover = new Failover(settings.endpoints, clock)
  }

  /**
   * Resolves only with proof: the server said success on this session, proved to know the password as far as the
   * mechanism can, and (unless `bind: false`) bound the JID that was asked for.
   *
   * @throws {XmppBoshError} with a lower-case `code` for refusals, `ERR_XMPP_*` for everything else
   */
  async authenticate(
    credentials: { username: string; password: string },
    context: LoginContext = {},
  ): Promise<Account> {
    const startedAt = this.#clock.now()
    try {
      return await this.#attempt(credentials, context, startedAt)
    } catch (reason) {
      await this.#level(reason, startedAt, context.signal)
      throw reason
    }
  }

  /**
   * Rejects the logins in flight, waits for sessions that are just being created (2 s at most) and for the last
   * terminates (2 s at most), and ends the sockets that are ours.
   */
  async close(): Promise<void> {
    const closed = new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'the authenticator was closed')
    this.#closing.abort(closed)
    const over = new AbortController()
    void this.#clock.pause(TERMINATE_TIMEOUT_MS, over.signal).then(() => this.#givingUp.abort(closed))
    while (this.#working.size > 0) await Promise.allSettled(this.#working)
    over.abort()
    this.#transport.close()
  }

  async #attempt(
    { username, password }: { username: string; password: string },
    { signal, clientIp }: LoginContext,
    startedAt: number,
  ): Promise<Account> {
    const { domain, bind, timeout } = this.#settings
    const credentials = prepareCredentials(username, password, domain, bind)
    const address = clientIp === undefined ? undefined : clientIpOf(clientIp)
    if (this.#slots.isFull || this.#delayed >= MAX_DELAYED_FAILURES) throw busy()
    const visitor = new AbortController()
    const leave = () => visitor.abort(new XmppBoshError('ERR_XMPP_ABORTED', 'the visitor did not wait for the answer'))
    signal?.addEventListener('abort', leave)
    if (signal?.aborted) leave()
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `no answer within ${timeout} ms; see option \`timeout\``)
    const patience = bounded(this.#clock, timeout, late, this.#givingUp.signal)
    const all = anyOf(patience.signal, visitor.signal, this.#closing.signal)
    try {
      const work = () => this.#logIn(credentials, address, startedAt + timeout, patience.signal, all.signal)
      const working = this.#track(this.#slots.run(work, all.signal))
      // Not before the work is over, which may be later than the wait for it.
      working.then(patience.release, patience.release)
      return await untilAborted(working, all.signal)
    } finally {
      signal?.removeEventListener('abort', leave)
      all.release()
    }
  }

  /**
   * @param patience is aborted by the deadline, but neither by the visitor's leaving nor, at once, by `close()`: a session
   * that is being created can only be terminated once its sid is known
   */
  async #logIn(
    credentials: Credentials,
    clientIp: string | undefined,
    deadlineAt: number,
    patience: AbortSignal,
    signal: AbortSignal,
  ): Promise<Account> {
    const { domain, bind, minIterations, maxIterations } = this.#settings
    const { endpoint, session, features } = await this.#failover.first(deadlineAt, (endpoint, ms) =>
      this.#open(endpoint, clientIp, ms, patience, signal),
    )
    try {
      const mechanism = await login(
        session,
        features,
        {
          credentials,
          domain,
          mechanisms: endpoint.mechanisms,
          bind,
          minIterations,
          maxIterations,
          derive: deriveWithin(signal),
        },
        signal,
      )
      const { local } = credentials
      return { jid: `${local}@${domain.ascii}`, username: local, domain: domain.ascii, mechanism }
    } catch (reason) {
      this.#bans.record(endpoint.url, clientIp, reason)
      throw reason
    } finally {
      this.#terminate(session)
    }
  }

  async #open(
    endpoint: Endpoint,
    clientIp: string | undefined,
    ms: number,
    patience: AbortSignal,
    signal: AbortSignal,
  ): Promise<{ endpoint: Endpoint; session: BoshSession; features: Element }> {
    const { url } = endpoint
    this.#bans.assertNone(url, clientIp)
    signal.throwIfAborted()
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `no session on ${url.origin} within ${Math.round(ms)} ms`)
    const creating = bounded(this.#clock, ms, late, patience)
    const polling = anyOf(creating.signal, signal)
    let session: BoshSession | undefined
    try {
      const wire = { transport: this.#transport, clock: this.#clock, url, domain: this.#settings.domain, clientIp }
      const created = await BoshSession.create(wire, creating.signal)
      session = created.session
      signal.throwIfAborted()
      const reply = session.accept(created.body)
      return { endpoint, session, features: await session.answer(reply, featuresIn, polling.signal) }
    } catch (reason) {
      this.#bans.record(url, clientIp, reason)
      if (session) this.#terminate(session)
      throw reason
    } finally {
      creating.release()
      polling.release()
    }
  }

  // Always, and in the background: a session that is not terminated costs the server memory until it times out.
  #terminate(session: BoshSession): void {
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', 'the terminate was not answered')
    const { signal, release } = bounded(this.#clock, TERMINATE_TIMEOUT_MS, late)
    // Nobody is waiting for it, and the server forgets the session by itself in the end.
    void this.#track(
      session
        .terminate(signal)
        .catch(() => {})
        .finally(release),
    )
  }

  #track<T>(work: Promise<T>): Promise<T> {
    const done = () => this.#working.delete(work)
    this.#working.add(work)
    work.then(done, done)
    return work
  }

  // Servers answer an unknown user one step earlier than a wrong password. By now the slot and the session are free.
  async #level(reason: unknown, startedAt: number, signal: AbortSignalLike | undefined): Promise<void> {
    if (!XmppBoshError.is(reason) || reason.status !== 401) return
    const { failureDelay, timeout } = this.#settings
    const left = Math.min(failureDelay, timeout) - (this.#clock.now() - startedAt)
    if (left <= 0 || signal?.aborted || this.#closing.signal.aborted) return
    if (this.#delayed >= MAX_DELAYED_FAILURES) throw busy()
    const over = new AbortController()
    const leave = () => over.abort()
    signal?.addEventListener('abort', leave)
    this.#closing.signal.addEventListener('abort', leave)
    this.#delayed++
    await this.#clock.pause(left, over.signal)
    this.#delayed--
    signal?.removeEventListener('abort', leave)
    this.#closing.signal.removeEventListener('abort', leave)
  }
}

function busy(): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_BUSY', 'too many logins at once; see options `maxConcurrent` and `maxQueue`')
}
