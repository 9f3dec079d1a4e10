import { LEVEL_WINDOW_MS } from '../../limits'
import type { Clock } from '../../time/clock'

/**
 * Slowest work that a service lately needed, in ms: the maximum of the current and the previous window. One slow answer
 * counts for two windows at most.
 */
export class Level {
  readonly #clock: Clock
  #windowAt: number
  #current = 0
  #previous = 0

  constructor(clock: Clock) {
    this.#clock = clock
    this.#windowAt = clock.now()
  }

  /** Slowest work of the current and the previous window, in ms; 0 without any. */
  get ms(): number {
    this.#turn()
    return Math.max(this.#current, this.#previous)
  }

  /** Counts a login or a refusal that took `ms`. */
  record(ms: number): void {
    this.#turn()
    this.#current = Math.max(this.#current, ms)
  }

  #turn(): void {
    const windows = Math.floor((this.#clock.now() - this.#windowAt) / LEVEL_WINDOW_MS)
    if (windows === 0) return
    this.#previous = windows === 1 ? this.#current : 0
    this.#current = 0
    this.#windowAt += windows * LEVEL_WINDOW_MS
  }
}
