import { MAX_SEND_GAP_MS, SEND_GAP_MS } from '../../limits'

/** Shortest time in which the server of one session has answered a request. */
export class RoundTrip {
  #ms = Number.POSITIVE_INFINITY

  /** Notes the time of an answer. A request that was held took longer, and changes nothing. */
  took(ms: number): void {
    this.#ms = Math.min(this.#ms, ms)
  }

  /** ms after which a request has arrived before the next one on another socket. */
  get gap(): number {
    return Math.min(Math.max(SEND_GAP_MS, 2 * this.#ms), MAX_SEND_GAP_MS)
  }
}
