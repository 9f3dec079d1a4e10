import { XmppBoshError } from '../../errors/error'
import { HELD_GRACE_MS, RECEIPT_MS, RECEIPT_POLL_MS, SHAPED_BYTES_PER_S, SOCKET_WAIT_MS } from '../../limits'
import type { Element } from '../../xml/read'
import type { Connection } from '../transport'
import type { Flight } from './flight'
import type { Outbox, Outgoing } from './outbox'
import { RoundTrip } from './round-trip'

const NEVER = Number.POSITIVE_INFINITY

/** Requests of a standing session whose replies are not handed out yet, at most two, and the times that they set. */
export class Flights {
  readonly #waitMs: number
  readonly #outbox: Outbox
  readonly #roundTrip = new RoundTrip()
  /** the oldest first */
  readonly #flights: Flight[] = []

  /** @param waitMs ms for which the server may hold a request */
  constructor(waitMs: number, outbox: Outbox) {
    this.#waitMs = waitMs
    this.#outbox = outbox
  }

  get size(): number {
    return this.#flights.length
  }

  get newest(): Flight | undefined {
    return this.#flights.at(-1)
  }

  /** Connections of the requests that are not answered. */
  get connections(): readonly Connection[] {
    return this.#flights.filter(({ reply }) => !reply).map(({ connection }) => connection)
  }

  /** Stanzas without a receipt, in order. */
  get unreceived(): readonly Outgoing[] {
    return this.#flights.flatMap(({ unreceived }) => unreceived)
  }

  add(flight: Flight): void {
    this.#flights.push(flight)
  }

  /**
   * Returns the time at which a request may leave beside the one in flight, in ms of the clock.
   *
   * @param isDue true: there is something to send
   */
  secondAt(isDue: boolean): number {
    const [oldest, second] = this.#flights
    if (oldest?.sentAt === undefined || second || oldest.isTerminate) return NEVER
    if (isDue) return oldest.sentAt + this.#roundTrip.gap
    // An empty request makes the server answer this one, which is the receipt.
    return oldest.unreceived.length > 0 ? oldest.sentAt + RECEIPT_POLL_MS : NEVER
  }

  /** Returns the time at which a reply is overdue, in ms of the clock. */
  overdueAt(): number {
    const { newest } = this
    if (!newest) return NEVER
    if (newest.sentAt === undefined) return newest.postedAt + SOCKET_WAIT_MS
    const heldMs = this.#waitMs + HELD_GRACE_MS
    return newest.sentAt + (this.size > 1 ? Math.min(RECEIPT_MS + this.#shapedMs(), heldMs) : heldMs)
  }

  // ejabberd's shaper lets a request wait until the bytes of it and of those before it have had their time. A session that
  // is given up meanwhile takes with it what the server has to say.
  #shapedMs(): number {
    const bytes = this.unreceived.reduce((sum, { bytes }) => sum + bytes, 0)
    return Math.ceil((bytes * 1_000) / SHAPED_BYTES_PER_S)
  }

  /** Returns the error for a reply that is overdue. */
  overdueReason(): XmppBoshError {
    const text =
      this.newest?.sentAt === undefined
        ? `no connection within ${SOCKET_WAIT_MS} ms; an \`agent\` needs two sockets for the service account`
        : 'the server did not answer in time'
    return new XmppBoshError('ERR_XMPP_TIMEOUT', text)
  }

  /**
   * Notes which stanzas the server has, now that `flight` is answered.
   *
   * @param isEmpty true: the server had nothing to say
   */
  answered(flight: Flight, isEmpty: boolean, now: number): void {
    const at = this.#flights.indexOf(flight)
    for (const older of this.#flights.slice(0, at + 1)) this.#settle(older)
    const newer = this.#flights[at + 1]
    if (isEmpty && newer?.sentAt !== undefined && !newer.reply && !this.#wasHeldToTheEnd(flight, now)) {
      this.#roundTrip.took(now - newer.sentAt)
      this.#settle(newer)
    }
    if (flight.sentAt !== undefined) this.#roundTrip.took(flight.age(now))
  }

  /** Notes that the server has all stanzas. */
  settleAll(): void {
    for (const flight of this.#flights) this.#settle(flight)
  }

  /**
   * Takes out the replies that can be handed out, in the order of their requests. The reply to a newer request waits for
   * that to the older one.
   *
   * @param isAll true: replies that are missing will not come
   */
  takeReplies(isAll: boolean): readonly Element[] {
    const stanzas: Element[] = []
    while (this.#flights[0] && (isAll || this.#flights[0].reply)) stanzas.push(...(this.#flights.shift()?.reply ?? []))
    return stanzas
  }

  // The server answers a held request with nothing before its time only because the newer one has arrived. What it says may
  // have been on its way before, and the newer one be lost: then that one's own answer is its receipt.
  #wasHeldToTheEnd({ sentAt }: Flight, now: number): boolean {
    return sentAt === undefined || now - sentAt >= this.#waitMs
  }

  #settle(flight: Flight): void {
    const { unreceived } = flight
    flight.unreceived = []
    this.#outbox.settle(unreceived)
  }
}
