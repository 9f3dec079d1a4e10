import { HELD_GRACE_MS, RECEIPT_MS, RECEIPT_POLL_MS, SOCKET_WAIT_MS } from '../../limits'
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
    return newest.sentAt + (this.size > 1 ? RECEIPT_MS : this.#waitMs + HELD_GRACE_MS)
  }

  /** Notes which stanzas the server has, now that `flight` is answered. */
  answered(flight: Flight, now: number): void {
    const at = this.#flights.indexOf(flight)
    for (const older of this.#flights.slice(0, at + 1)) this.#settle(older)
    const newer = this.#flights[at + 1]
    if (newer && !newer.reply && this.#isReceiptOf(newer, flight, now)) this.#settle(newer)
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

  /** Tells if the answer to a held request shows that the newer one has arrived. */
  #isReceiptOf(newer: Flight, { sentAt, reply }: Flight, now: number): boolean {
    if (newer.sentAt === undefined) return false
    const ms = now - newer.sentAt
    const wasHeldToTheEnd = sentAt === undefined || now - sentAt >= this.#waitMs
    if (reply?.length === 0 && !wasHeldToTheEnd) {
      this.#roundTrip.took(ms)
      return true
    }
    // The server may have had something to say just before the newer request arrived.
    return this.#roundTrip.isOver(ms)
  }

  #settle(flight: Flight): void {
    const { unreceived } = flight
    flight.unreceived = []
    this.#outbox.settle(unreceived)
  }
}
