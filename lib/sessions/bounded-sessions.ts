import { clientIpOf } from '../bosh/forwarded-for'
import { featuresIn } from '../bosh/reply'
import { BoshSession } from '../bosh/session'
import { httpTransport, type Transport } from '../bosh/transport'
import { XmppBoshError } from '../errors/error'
import { TERMINATE_TIMEOUT_MS } from '../limits'
import type { Endpoint, Settings } from '../options/settings'
import { type Clock, systemClock } from '../time/clock'
import { Bound, Delayed, TimeBound } from '../time/combined-signals'
import { Ending, type Signal, throwIfAborted } from '../time/light-signal'
import { untilAborted } from '../time/wait'
import type { Element } from '../xml/read'
import { Bans } from './bans'
import type { LoginContext } from './context'
import { Failover } from './failover'
import { busy, Slots } from './slots'

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
 * What ends a session before its work is done:
 *
 *     visitor, close() ── leaving ─┐
 *                        deadline ─┴─ all: the work, and the wait for a slot
 *
 *     leaving, after 2 s ─┐
 *               deadline ─┼─ creating: the first request ─┐
 *      ms of one service ─┘                           all ┴─ polling: what fetches the features
 */
interface Ends {
  readonly deadline: Signal
  /** the visitor left, or the app closes: nothing new is sent, but what the server knows of is put in order */
  readonly leaving: Signal
  /** the first of both */
  readonly all: Signal
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
  readonly #closing = new Ending()
  /** work that goes on when nobody waits for it: abandoned logins and terminates, each bounded in time */
  readonly #working = new Set<Promise<unknown>>()

  constructor(settings: Settings, { clock = systemClock, transport }: Internals = {}) {
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
  get closing(): Signal {
    return this.#closing
  }

  /**
   * Opens a session, does `work` on it and terminates it in the background.
   *
   * @param work ends when its signal is aborted
   * @param only one of the services, where no other will do
   * @throws {XmppBoshError} ERR_XMPP_BUSY, ERR_XMPP_TIMEOUT, ERR_XMPP_ABORTED, what opening a session can throw, and
   * what `work` throws
   */
  async run<T>(
    { signal, clientIp }: LoginContext,
    work: (opened: Opened, signal: Signal) => Promise<T>,
    only?: Endpoint,
  ): Promise<T> {
    const startedAt = this.#clock.now()
    const { timeout } = this.#settings
    const address = clientIp === undefined ? undefined : clientIpOf(clientIp)
    if (this.#slots.isFull) throw busy()
    const leave = () => leaving.abort(new XmppBoshError('ERR_XMPP_ABORTED', 'the visitor did not wait for the answer'))
    // First, as this throws when it is no signal: nothing is held yet.
    signal?.addEventListener('abort', leave)
    const leaving = new Bound(this.#closing)
    if (signal?.aborted) leave()
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `no answer within ${timeout} ms; see option \`timeout\``)
    const deadline = new TimeBound(this.#clock, timeout, late)
    const all = new Bound(deadline, leaving)
    const whole = () => this.#runOne(work, address, startedAt + timeout, { deadline, leaving, all }, only)
    // Not before the work is over, which may be later than the wait for it.
    const working = this.#track(this.#slots.run(whole, all), () => {
      for (const bound of [deadline, leaving, all]) bound.release()
    })
    try {
      return await untilAborted(working, all)
    } finally {
      signal?.removeEventListener('abort', leave)
    }
  }

  /**
   * Rejects what is in flight, waits for sessions that are just being created (2 s at most) and for the last terminates
   * (2 s at most), and ends the sockets that are ours.
   */
  async close(): Promise<void> {
    const closed = new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'the authenticator was closed')
    this.#closing.abort(closed)
    while (this.#working.size > 0) await Promise.allSettled(this.#working)
    this.#transport.close()
  }

  async #runOne<T>(
    work: (opened: Opened, signal: Signal) => Promise<T>,
    clientIp: string | undefined,
    deadlineAt: number,
    ends: Ends,
    only: Endpoint | undefined,
  ): Promise<T> {
    const open = (endpoint: Endpoint, ms: number) => this.#open(endpoint, clientIp, ms, ends)
    const opened = await this.#failover.first(deadlineAt, open, only)
    try {
      return await work(opened, ends.all)
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
    { deadline, leaving, all }: Ends,
  ): Promise<Opened> {
    const { url } = endpoint
    this.#bans.assertNone(url, clientIp)
    throwIfAborted(all)
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `no session on ${url.origin} within ${Math.round(ms)} ms`)
    // A session that is being created can only be terminated once its sid is known: worth a moment's wait.
    const patience = new Delayed(this.#clock, TERMINATE_TIMEOUT_MS, leaving)
    const creating = new TimeBound(this.#clock, ms, late, deadline, patience)
    const polling = new Bound(creating, all)
    let session: BoshSession | undefined
    try {
      const wire = { transport: this.#transport, clock: this.#clock, url, domain: this.#settings.domain, clientIp }
      const created = await BoshSession.create(wire, creating, leaving)
      session = created.session
      throwIfAborted(all)
      const reply = session.accept(created.body)
      return { endpoint, session, features: await session.answer(reply, featuresIn, polling) }
    } catch (reason) {
      this.#bans.record(url, clientIp, reason)
      if (session) this.#terminate(session)
      throw reason
    } finally {
      for (const bound of [patience, creating, polling]) bound.release()
    }
  }

  // Always, and in the background: a session that is not terminated costs the server memory until it times out.
  #terminate(session: BoshSession): void {
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', 'the terminate was not answered')
    const terminating = new TimeBound(this.#clock, TERMINATE_TIMEOUT_MS, late)
    // Nobody is waiting for it, and the server forgets the session by itself in the end.
    void this.#track(session.terminate(terminating), () => terminating.release())
  }

  /** Remembers `work` until it has settled, however; then it is `over`. */
  #track<T>(work: Promise<T>, over: () => void): Promise<T> {
    const done = () => {
      this.#working.delete(work)
      over()
    }
    this.#working.add(work)
    work.then(done, done)
    return work
  }
}
