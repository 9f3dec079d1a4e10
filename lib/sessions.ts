import { setMaxListeners } from 'node:events'
import { anyOf, bounded, untilAborted } from './abort'
import { Bans } from './bans'
import { featuresIn } from './bosh/features'
import { BoshSession } from './bosh/session'
import { httpTransport, type Transport } from './bosh/transport'
import { clientIpOf } from './client-ip'
import { type Clock, systemClock } from './clock'
import type { LoginContext } from './context'
import { XmppBoshError } from './errors'
import { Failover } from './failover'
import { TERMINATE_TIMEOUT_MS } from './limits'
import type { Endpoint, Settings } from './options'
import { busy, Slots } from './slots'
import type { Element } from './xml/read'

/** Replacements for specs. */
export interface Internals {
  readonly clock?: Clock
  readonly transport?: Transport
}

/** A session on which nothing was said yet. */
export interface Opened {
  readonly endpoint: Endpoint
  readonly session: BoshSession
  /** of its first stream */
  readonly features: Element
}

/**
 * BOSH sessions with all that bounds them: so many at a time, one deadline, the visitor's leaving, failover before
 * anything was said, bans, and a terminate at the end.
 */
export class Sessions {
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

  constructor(settings: Settings, { clock = systemClock, transport }: Internals = {}) {
    // Every session listens to it: their number is bounded by the slots, not by node's guess at a leak.
    setMaxListeners(0, this.#closing.signal, this.#givingUp.signal)
    this.#settings = settings
    this.#clock = clock
    this.#transport = transport ?? httpTransport(settings)
    this.#slots = new Slots(settings.maxConcurrent, settings.maxQueue)
    this.#bans = new Bans(clock)
    this.#failover = new Failover(settings.endpoints, clock)
  }

  get clock(): Clock {
    return this.#clock
  }

  /** Aborted by `close()`. */
  get closing(): AbortSignal {
    return this.#closing.signal
  }

  /**
   * Opens a session, does `work` on it and terminates it in the background.
   *
   * @param work ends when its signal is aborted
   * @throws {XmppBoshError} ERR_XMPP_BUSY, ERR_XMPP_TIMEOUT, ERR_XMPP_ABORTED, what opening a session can throw, and
   * what `work` throws
   */
  async run<T>(
    { signal, clientIp }: LoginContext,
    work: (opened: Opened, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const startedAt = this.#clock.now()
    const { timeout } = this.#settings
    const address = clientIp === undefined ? undefined : clientIpOf(clientIp)
    if (this.#slots.isFull) throw busy()
    const visitor = new AbortController()
    const leave = () => visitor.abort(new XmppBoshError('ERR_XMPP_ABORTED', 'the visitor did not wait for the answer'))
    signal?.addEventListener('abort', leave)
    if (signal?.aborted) leave()
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `no answer within ${timeout} ms; see option \`timeout\``)
    const patience = bounded(this.#clock, timeout, late, this.#givingUp.signal)
    const all = anyOf(patience.signal, visitor.signal, this.#closing.signal)
    try {
      const whole = () => this.#runOne(work, address, startedAt + timeout, patience.signal, all.signal)
      const working = this.#track(this.#slots.run(whole, all.signal))
      // Not before the work is over, which may be later than the wait for it.
      working.then(patience.release, patience.release)
      return await untilAborted(working, all.signal)
    } finally {
      signal?.removeEventListener('abort', leave)
      all.release()
    }
  }

  /**
   * Rejects what is in flight, waits for sessions that are just being created (2 s at most) and for the last terminates
   * (2 s at most), and ends the sockets that are ours.
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

  /**
   * @param patience is aborted by the deadline, but neither by the visitor's leaving nor, at once, by `close()`: a session
   * that is being created can only be terminated once its sid is known
   */
  async #runOne<T>(
    work: (opened: Opened, signal: AbortSignal) => Promise<T>,
    clientIp: string | undefined,
    deadlineAt: number,
    patience: AbortSignal,
    signal: AbortSignal,
  ): Promise<T> {
    const opened = await this.#failover.first(deadlineAt, (endpoint, ms) =>
      this.#open(endpoint, clientIp, ms, patience, signal),
    )
    try {
      return await work(opened, signal)
    } catch (reason) {
      this.#bans.record(opened.endpoint.url, clientIp, reason)
      throw reason
    } finally {
      this.#terminate(opened.session)
    }
  }

  async #open(
    endpoint: Endpoint,
    clientIp: string | undefined,
    ms: number,
    patience: AbortSignal,
    signal: AbortSignal,
  ): Promise<Opened> {
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
}
