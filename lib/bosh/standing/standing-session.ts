import { TERMINATIONS } from '../../errors/conditions'
import { protocolError, XmppBoshError } from '../../errors/error'
import { MAX_STANDING_BODY_BYTES, TERMINATE_TIMEOUT_MS } from '../../limits'
import type { Clock } from '../../time/clock'
import { TimeoutSignal } from '../../time/combined-signals'
import { LightSignal } from '../../time/light-signal'
import type { Element } from '../../xml/read'
import { afterSocketsAreRead, afterThisBatch } from '../batch'
import { type Body, writeBodyOf } from '../body'
import { answersIn, endOf } from '../checks/end'
import type { HandedOver } from '../session'
import type { Connection } from '../transport'
import { Flight } from './flight'
import { Flights } from './flights'
import type { Outbox } from './outbox'
import { Pauses } from './pauses'
import { readStandingReply, type StandingReply, UNREADABLE } from './read'

/** Callbacks of a standing session. They must not throw. */
export interface StandingListener {
  /** gets each element that arrives, in order */
  received(stanza: Element): void
  /** called once, with the first reply: the server has the opening */
  opened(): void
  /** called once, when the session is over and was not closed: what the server may not have is in the outbox again */
  ended(reason: XmppBoshError): void
}

// XEP-0124 §13: the server confirms the end, and has handled all requests before. Prosody says the same on the held request,
// ejabberd a condition.
const CONFIRMED = [undefined, 'other-request']
const CLOSED = new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'close() was called')

/**
 * BOSH session that stays: it always has a request at the server, which the server holds until it has something to say
 * (XEP-0124 §8). It takes over from a {@link BoshSession} on which the account has logged in. At most two requests are in
 * flight, each on a socket of its own.
 *
 * Requests must arrive in the order of their rids: ejabberd parks one that arrives before its predecessor, until it has
 * something to say by itself, and ends the session if one is sent again. Therefore:
 *
 * - When a reply has arrived, its stanzas are handed out first. The next request follows in the next turn, with all that
 *   was said meanwhile.
 * - A second request is sent beside a held one only if it carries something, and only when the first is old enough.
 * - The server answers the held request when the second one arrives: with nothing, which is the receipt of the second, or
 *   with what it has to say, which may have been on its way before. Then the receipt is the answer to the second itself.
 * - Without a receipt the session is given up, and the next session sends the same stanzas again.
 */
export class StandingSession {
  readonly #handedOver: HandedOver
  readonly #clock: Clock
  readonly #outbox: Outbox
  readonly #listener: StandingListener
  readonly #flights: Flights
  readonly #pauses = new Pauses()
  readonly #aborting = new LightSignal()
  /** connections without a request, the one to use next last */
  readonly #idle: Connection[]
  #rid: number
  #opening: string
  #isOpened = false
  #isScheduled = false
  #isLookingAgain = false
  #isOver = false
  #closing: { readonly deadline: TimeoutSignal; readonly done: () => void } | undefined
  #cancelTimer = () => {}

  /** @param opening XML text of the first stanzas */
  constructor(handedOver: HandedOver, opening: string, outbox: Outbox, listener: StandingListener) {
    const { context, connection, rid, waitMs } = handedOver
    this.#handedOver = handedOver
    this.#clock = context.clock
    this.#outbox = outbox
    this.#listener = listener
    this.#flights = new Flights(waitMs, outbox)
    this.#rid = rid
    this.#opening = opening
    // The first request goes alone on the second socket, and so opens it. The first one is open since the login.
    this.#idle = [connection, context.transport.connect(context.url)]
    this.wake()
  }

  /** Sends what is in the outbox by now, as soon as the order of requests allows it. */
  wake(): void {
    if (this.#isScheduled || this.#isOver) return
    this.#isScheduled = true
    afterThisBatch(() => {
      this.#isScheduled = false
      this.#go()
    })
  }

  /**
   * Sends what is in the outbox, terminates the session (XEP-0124 §13) and resolves when the server has confirmed it, or
   * after 2 s.
   */
  close(): Promise<void> {
    return new Promise(resolve => {
      if (this.#isOver) return resolve()
      const deadline = new TimeoutSignal(this.#clock, TERMINATE_TIMEOUT_MS, () => CLOSED)
      deadline.addEventListener('abort', () => this.#finish(CLOSED))
      this.#closing = { deadline, done: resolve }
      this.wake()
    })
  }

  /** Does what is due, and sets the timer for what is due next. */
  #go(): void {
    this.#cancelTimer()
    if (this.#isOver) return
    const now = this.#clock.now()
    const overdue = this.#flights.overdueAt()
    const post = this.#postAt()
    const next = Math.min(overdue, post)
    if (now >= overdue) this.#lookAgain(overdue)
    else if (now >= post) this.#post(now)
    else if (Number.isFinite(next)) this.#cancelTimer = this.#clock.after(next - now, () => this.#go())
  }

  #postAt(): number {
    const isDue = !this.#outbox.isEmpty || this.#closing !== undefined
    if (this.#flights.size > 0) return this.#flights.secondAt(isDue)
    return isDue ? 0 : this.#pauses.until
  }

  // After the process was busy, timers go off before the sockets are read: the reply that was due may wait there.
  #lookAgain(overdue: number): void {
    if (this.#isLookingAgain) return
    this.#isLookingAgain = true
    afterSocketsAreRead(() => {
      this.#isLookingAgain = false
      if (this.#isOver) return
      if (this.#flights.overdueAt() === overdue) this.#giveUp(this.#flights.overdueReason())
      else this.#go()
    })
  }

  #post(now: number): void {
    const connection = this.#idle.pop() as Connection
    const stanzas = this.#outbox.take(MAX_STANDING_BODY_BYTES - this.#opening.length)
    const payload = this.#opening + stanzas.map(({ text }) => text).join('')
    this.#opening = ''
    const isTerminate = this.#closing !== undefined && this.#outbox.isEmpty
    const flight = new Flight(connection, now, stanzas, isTerminate, payload === '')
    this.#flights.add(flight)
    const options = {
      signal: this.#aborting,
      isInSession: true,
      // A repeat may find its first copy parked, if another request is in flight.
      mayRepeat: () => this.#flights.size === 1 && !this.#isOver,
      onSocket: (hasSocket: boolean) => {
        if (!hasSocket) flight.sentAt = undefined
      },
      onSent: () => {
        flight.sentAt = this.#clock.now()
        this.#go()
      },
    }
    connection.post(this.#body(payload, isTerminate), options).then(
      bytes => this.#answered(flight, readStandingReply(bytes)),
      reason => this.#failed(flight, reason),
    )
    this.#go()
  }

  // XEP-0124 §7.3: every request increments the rid by one.
  #body(payload: string, isTerminate: boolean): string {
    const attributes = { rid: String(++this.#rid), sid: this.#handedOver.sid }
    return writeBodyOf(isTerminate ? { ...attributes, type: 'terminate' } : attributes, payload)
  }

  #failed(flight: Flight, reason: unknown): void {
    if (this.#isOver) return
    if (!XmppBoshError.is(reason)) this.#giveUp(protocolError('a request failed in an unexpected way'))
    else if (reason.code === 'ERR_XMPP_TOO_LARGE') this.#answered(flight, UNREADABLE)
    else this.#giveUp(reason)
  }

  #answered(flight: Flight, { body, isEmpty }: StandingReply): void {
    if (this.#isOver) return
    const now = this.#clock.now()
    this.#idle.push(flight.connection)
    flight.reply = body ? answersIn(body) : []
    const end = body && this.#endOf(body)
    if (end) {
      this.#finish(end)
      return
    }
    const isUnheld = flight.isPoll && isEmpty && this.#flights.size === 1
    if (body) this.#pauses.readable(isUnheld ? flight.age(now) : undefined, now)
    else this.#pauses.unreadable(now)
    this.#flights.answered(flight, isEmpty, now)
    this.#handOut(false)
    if (!this.#isOpened) this.#listener.opened()
    this.#isOpened = true
    if (this.#pauses.isHopeless) this.#giveUp(protocolError('the server sends no readable reply any more'))
    this.wake()
  }

  #endOf(body: Body): XmppBoshError | undefined {
    const end = endOf(body, this.#handedOver.context.domain, TERMINATIONS)
    if (end && this.#flights.newest?.isTerminate && CONFIRMED.includes(body.condition)) {
      this.#flights.settleAll()
      return CLOSED
    }
    if (end || body.type === undefined) return end
    return protocolError('the server sent a body of another type')
  }

  #handOut(isAll: boolean): void {
    for (const stanza of this.#flights.takeReplies(isAll)) this.#listener.received(stanza)
  }

  /** Ends a session that the server may still have, and tells the server so, without waiting for it. */
  #giveUp(reason: XmppBoshError): void {
    const { connection } = this.#handedOver
    const [other] = [...this.#flights.connections, ...this.#idle].filter(one => one !== connection)
    const deadline = new TimeoutSignal(this.#clock, TERMINATE_TIMEOUT_MS, () => reason)
    this.#end(reason)
    other?.release()
    const done = () => {
      deadline.release()
      connection.release()
    }
    // The sockets of the aborted requests are closed, so that this is no third request.
    connection.post(this.#body('', true), { signal: deadline, isInSession: true }).then(done, done)
  }

  /** Ends a session that the server has ended. */
  #finish(reason: XmppBoshError): void {
    const connections = [...this.#idle, ...this.#flights.connections]
    this.#end(reason)
    for (const connection of connections) connection.release()
  }

  #end(reason: XmppBoshError): void {
    this.#isOver = true
    this.#cancelTimer()
    this.#aborting.abort(reason)
    this.#outbox.putBack(this.#flights.unreceived)
    this.#handOut(true)
    if (this.#closing) {
      this.#closing.deadline.release()
      this.#closing.done()
    } else {
      this.#listener.ended(reason)
    }
  }
}
