import { AT_ONCE_MS, MAX_UNREADABLE, POLL_PAUSE_MS, UNREADABLE_AT_ONCE, UNREADABLE_PAUSE_MS } from '../../limits'

/** Pauses between the polls of a session whose server holds nothing, or sends what cannot be read (XEP-0124 §11). */
export class Pauses {
  /** time until which no poll is sent, in ms of the clock */
  until = 0
  #unreadable = 0

  /** Returns true if too many replies in a row were unreadable. */
  get isHopeless(): boolean {
    return this.#unreadable > MAX_UNREADABLE
  }

  /** Notes a reply that cannot be read. */
  unreadable(now: number): void {
    if (++this.#unreadable > UNREADABLE_AT_ONCE) this.until = now + UNREADABLE_PAUSE_MS
  }

  /**
   * Notes a readable reply.
   *
   * @param emptyAfter age in ms of a request that carried nothing, stood alone and got nothing; else `undefined`
   */
  readable(emptyAfter: number | undefined, now: number): void {
    this.#unreadable = 0
    if (emptyAfter !== undefined && emptyAfter < AT_ONCE_MS) this.until = now + POLL_PAUSE_MS
  }
}
