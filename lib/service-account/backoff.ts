import { randomInt } from 'node:crypto'
import { MAX_RECONNECT_MS, RECONNECT_JITTER_SHARE, RECONNECT_MS, STEADY_MS } from '../limits'

const STEPS = 1_000

/** Delays before a service account logs in again: 0, 250 ms, 500 ms … 30 s, each a little longer or shorter at random. */
export class Backoff {
  #failures = 0

  /** Notes that a session has ended, and returns the delay before the next login, in ms. */
  afterSession(ms: number): number {
    if (ms >= STEADY_MS) this.#failures = 0
    return this.afterFailure()
  }

  /** Notes that a login failed, and returns the delay before the next one, in ms. */
  afterFailure(): number {
    const doublings = this.#failures++ - 1
    // 2 ** 7 * 250 ms is above the longest delay.
    const ms = doublings < 0 ? 0 : Math.min(RECONNECT_MS * 2 ** Math.min(doublings, 7), MAX_RECONNECT_MS)
    return withJitter(ms)
  }

  /** Returns the delay after a refusal of the account, in ms. */
  afterRefusal(): number {
    return withJitter(MAX_RECONNECT_MS)
  }
}

function withJitter(ms: number): number {
  const share = (2 * randomInt(STEPS + 1)) / STEPS - 1
  return Math.round(ms * (1 + share * RECONNECT_JITTER_SHARE))
}
