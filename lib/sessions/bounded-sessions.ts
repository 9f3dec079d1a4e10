import { clientIpOf } from '../bosh/forwarded-for'
import { featuresIn } from '../bosh/reply'
import { BoshSession } from '../bosh/session'
import { HttpTransport, type Transport } from '../bosh/transport'
import { XmppBoshError } from '../errors/error'
import type { Endpoint, Settings } from '../options/settings'
import { type Clock, systemClock } from '../time/clock'
import { LightSignal, type Signal, throwIfAborted } from '../time/light-signal'
import { untilAborted } from '../time/wait'
import type { Element } from '../xml/read'
import { Background } from './background'
import { Bans } from './bans'
import type { LoginContext } from './context'
import { Ends } from './ends'
import { Failover } from './failover'
import { busy, Slots } from './slots'

/** Replacements for specs. */
export interface Internals {
  readonly clock?: Clock
  readonly transport?: Transport
}

/** Session that is open and not used yet. */
export interface Opened {
  readonly endpoint: Endpoint
  readonly session: BoshSession
  /** `<stream:features/>` of its first stream (RFC 6120 §4.3.2) */
  readonly features: Element
  /** time at which the work got its slot, in ms of the clock: before, it waited for other logins */
  readonly begunAt: number
}

/**
 * BOSH sessions with their limits: a maximum number at a time, one deadline each, an end when the visitor leaves,
 * failover before the first use, bans, and a terminate at the end.
 */
export class BoundedSessions {
  readonly #settings: Settings
  readonly #clock: Clock
  readonly #transport: Transport
  readonly #slots: Slots
  readonly #bans: Bans
  readonly #failover: Failover
  readonly #closing = new LightSignal()
  readonly #background: Background

  constructor(settings: Settings, { clock = systemClock, transport }: Internals = {}) {
    this.#settings = settings
    this.#clock = clock
    this.#transport = transport ?? new HttpTransport(settings)
    this.#slots = new Slots(settings.maxConcurrent, settings.maxQueue)
    this.#bans = new Bans(clock)
    this.#failover = new Failover(settings.endpoints, clock)
    this.#background = new Background(clock)
  }

  get clock(): Clock {
    return this.#clock
  }

  /** Signal that `close()` aborts. */
  get closing(): Signal {
    return this.#closing
  }

  /**
   * Opens a session, runs `work` on it, returns the result and terminates the session in the background.
   *
   * @param work must end if its signal is aborted
   * @param only the only service to use; by default any of the configured ones
   * @throws {XmppBoshError} ERR_XMPP_BUSY, ERR_XMPP_TIMEOUT, ERR_XMPP_ABORTED, ERR_XMPP_UNAVAILABLE after `close()`; the
   * errors of opening a session and of `work`
   */
  async run<T>(
    { signal, clientIp }: LoginContext,
    work: (opened: Opened, signal: Signal) => Promise<T>,
    only?: Endpoint,
  ): Promise<T> {
    const address = clientIp === undefined ? undefined : clientIpOf(clientIp)
    return this.#inSlot(signal, ends => this.#runOne(work, address, ends, only))
  }

  /**
   * Runs `work` like {@link run}, but without a session: it waits for a slot and has the deadline of a login.
   *
   * @throws {XmppBoshError} ERR_XMPP_BUSY, ERR_XMPP_TIMEOUT, ERR_XMPP_ABORTED, ERR_XMPP_UNAVAILABLE; the errors of `work`
   */
  runWithoutSession<T>({ signal }: LoginContext, work: (signal: Signal) => Promise<T>): Promise<T> {
    return this.#inSlot(signal, ends => work(ends.all))
  }

  async #inSlot<T>(signal: LoginContext['signal'], work: (ends: Ends) => Promise<T>): Promise<T> {
    if (this.#slots.isFull) throw busy()
    const ends = new Ends(this.#clock, this.#settings.timeout, signal, this.#closing)
    const running = this.#slots.run(() => work(ends), ends.all)
    try {
      return await untilAborted(
        this.#background.track(running, () => ends.release()),
        ends.all,
      )
    } finally {
      ends.answered()
    }
  }

  /**
   * Rejects the work in flight. Waits up to 2 s for sessions that are being created, and up to 2 s for the replies to the
   * last terminates. Then closes the library's own sockets.
   */
  async close(): Promise<void> {
    this.#closing.abort(new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'close() was called'))
    await this.#background.drain()
    this.#transport.close()
  }

  async #runOne<T>(
    work: (opened: Opened, signal: Signal) => Promise<T>,
    clientIp: string | undefined,
    ends: Ends,
    only: Endpoint | undefined,
  ): Promise<T> {
    const begunAt = this.#clock.now()
    const open = (endpoint: Endpoint, ms: number) => this.#open(endpoint, clientIp, ms, ends, begunAt)
    const opened = await this.#failover.first(ends.deadlineAt, open, only)
    try {
      return await work(opened, ends.all)
    } catch (reason) {
      this.#bans.record(opened.endpoint.url, clientIp, reason)
      throw reason
    } finally {
      this.#background.terminate(opened.session)
    }
  }

  async #open(
    endpoint: Endpoint,
    clientIp: string | undefined,
    ms: number,
    ends: Ends,
    begunAt: number,
  ): Promise<Opened> {
    const { url } = endpoint
    this.#bans.assertNone(url, clientIp)
    throwIfAborted(ends.all)
    const opening = ends.opening(url, ms)
    let session: BoshSession | undefined
    try {
      const wire = { transport: this.#transport, clock: this.#clock, url, domain: this.#settings.domain, clientIp }
      const created = await BoshSession.create(wire, opening.creating, ends.leaving)
      session = created.session
      throwIfAborted(ends.all)
      const reply = session.accept(created.body)
      return { endpoint, session, begunAt, features: await session.answer(reply, featuresIn, opening.polling) }
    } catch (reason) {
      this.#bans.record(url, clientIp, reason)
      if (session) this.#background.terminate(session)
      throw reason
    } finally {
      opening.release()
    }
  }
}
