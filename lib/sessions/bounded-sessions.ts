import { clientIpOf } from '../bosh/forwarded-for'
import { featuresIn } from '../bosh/reply'
import { BoshSession } from '../bosh/session'
import { tracedIfAsked } from '../bosh/traced-transport'
import { HttpTransport, type Transport } from '../bosh/transport'
import { CONNECTION, isObserved, observed, serviceName } from '../diagnostics/channels'
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
import { shareKeyOf } from './share-key'
import { busy, Slots } from './slots'

/** Replacements for specs. */
export interface Internals {
  readonly clock?: Clock
  readonly transport?: Transport
  /** s for which the server may hold a request of a session */
  readonly wait?: number
}

/** Session that is open and not used yet. */
export interface Opened {
  readonly endpoint: Endpoint
  readonly session: BoshSession
  /** `<stream:features/>` of its first stream (RFC 6120 §4.3.2) */
  readonly features: Element
  /** key of the visitor among those who share slots */
  readonly key: string
  /** time at which `endpoint` was asked for the session, in ms of the clock: before, others were waited for */
  readonly begunAt: number
}

interface Visitor {
  readonly key: string
  readonly clientIp: string | undefined
}

/**
 * BOSH sessions with their limits: a maximum number at a time, one deadline each, an end when the visitor leaves,
 * failover before the first use, bans, and a terminate at the end.
 */
export class BoundedSessions {
  readonly #settings: Settings
  readonly #clock: Clock
  readonly #transport: Transport
  readonly #wait: number | undefined
  readonly #slots: Slots
  readonly #bans: Bans
  readonly #failover: Failover
  readonly #closing = new LightSignal()
  readonly #background: Background

  constructor(settings: Settings, { clock = systemClock, transport, wait }: Internals = {}) {
    this.#settings = settings
    this.#clock = clock
    this.#transport = tracedIfAsked(transport ?? new HttpTransport(settings))
    this.#wait = wait
    this.#slots = new Slots(settings.maxConcurrent, settings.maxQueue)
    this.#bans = new Bans(clock)
    this.#failover = new Failover(settings.endpoints, clock, settings.timeout)
    this.#background = new Background(clock, settings.maxConcurrent, settings.timeout)
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
    context: LoginContext,
    work: (opened: Opened, signal: Signal) => Promise<T>,
    only?: Endpoint,
  ): Promise<T> {
    const { clientIp } = context
    const address = clientIp === undefined ? undefined : clientIpOf(clientIp)
    return this.#inSlot(context, (key, ends) => this.#runOne(work, { key, clientIp: address }, ends, only))
  }

  /**
   * Runs `work` like {@link run}, but without a session: it waits for a slot and has the deadline of a login.
   *
   * @param work receives the key of the visitor among those who share slots
   * @throws {XmppBoshError} ERR_XMPP_BUSY, ERR_XMPP_TIMEOUT, ERR_XMPP_ABORTED, ERR_XMPP_UNAVAILABLE; the errors of `work`
   */
  runWithoutSession<T>(context: LoginContext, work: (key: string, signal: Signal) => Promise<T>): Promise<T> {
    return this.#inSlot(context, (key, ends) => work(key, ends.all))
  }

  /**
   * Rejects the work in flight. Waits up to 2 s for sessions that are being created, and up to 2 s for the replies to the
   * last terminates. Those that wait for a socket of a given agent have `timeout` to get one. Then closes the library's own
   * sockets.
   */
  async close(): Promise<void> {
    this.#closing.abort(new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'close() was called'))
    await this.#background.drain()
    this.#transport.close()
  }

  async #inSlot<T>(context: LoginContext, work: (key: string, ends: Ends) => Promise<T>): Promise<T> {
    const key = shareKeyOf(context)
    if (!this.#slots.hasRoomFor(key)) throw busy()
    const ends = new Ends(this.#clock, this.#settings.timeout, context.signal, this.#closing)
    const running = this.#whenFree(key, ends.all, () => work(key, ends))
    try {
      return await untilAborted(
        this.#background.track(running, () => ends.release()),
        ends.all,
      )
    } finally {
      ends.answered()
    }
  }

  async #whenFree<T>(key: string, signal: Signal, work: () => Promise<T>): Promise<T> {
    const release = await this.#slots.take(signal, key)
    try {
      return await work()
    } finally {
      this.#background.whenFewEnd(release)
    }
  }

  async #runOne<T>(
    work: (opened: Opened, signal: Signal) => Promise<T>,
    visitor: Visitor,
    ends: Ends,
    only: Endpoint | undefined,
  ): Promise<T> {
    const open = (endpoint: Endpoint, ms: number) =>
      isObserved(CONNECTION) ? this.#observedOpen(endpoint, visitor, ms, ends) : this.#open(endpoint, visitor, ms, ends)
    const opened = await this.#failover.first(ends.deadlineAt, open, visitor.key, only)
    ends.session = opened.session
    try {
      return await work(opened, ends.all)
    } catch (reason) {
      this.#bans.record(opened.endpoint.url, visitor.clientIp, reason)
      throw reason
    } finally {
      // A ban may have come with the answer.
      this.#bans.record(opened.endpoint.url, visitor.clientIp, opened.session.end)
      this.#background.terminate(opened.session)
    }
  }

  #observedOpen(endpoint: Endpoint, visitor: Visitor, ms: number, ends: Ends): Promise<Opened> {
    const message = { domain: this.#settings.domain.ascii, service: serviceName(endpoint.url) }
    return observed(
      CONNECTION,
      message,
      () => this.#open(endpoint, visitor, ms, ends),
      () => {},
    )
  }

  async #open(endpoint: Endpoint, visitor: Visitor, ms: number, ends: Ends): Promise<Opened> {
    const { url } = endpoint
    const { clientIp, key } = visitor
    const begunAt = this.#clock.now()
    this.#bans.assertNone(url, clientIp)
    throwIfAborted(ends.all)
    const opening = ends.opening(url, ms)
    let session: BoshSession | undefined
    try {
      const wire = {
        transport: this.#transport,
        clock: this.#clock,
        url,
        domain: this.#settings.domain,
        clientIp,
        wait: this.#wait,
      }
      const created = await BoshSession.create(wire, opening.creating, ends.leaving)
      session = created.session
      throwIfAborted(ends.all)
      const reply = session.accept(created.body)
      const features = await session.answer(reply, featuresIn, opening.polling)
      session.took(features)
      return { endpoint, session, features, key, begunAt }
    } catch (reason) {
      this.#bans.record(url, clientIp, reason)
      if (session) this.#background.terminate(session)
      throw reason
    } finally {
      opening.release()
    }
  }
}
