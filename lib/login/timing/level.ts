import { LEVEL_LIFETIME_MS, LEVEL_WINDOW_MS } from '../../limits'
import type { Clock } from '../../time/clock'

/** Slowest work of the two keys that had the slowest, in one span of time. */
class Window {
  /** time of the first work, in ms of the clock; `undefined` without any */
  since: number | undefined
  key = ''
  slowest = 0
  otherKey = ''
  otherSlowest = 0
  /** number of keys that proved an account, counted to two */
  provers = 0
  #prover = ''

  record(key: string, ms: number): void {
    if (key === this.key) {
      this.slowest = Math.max(this.slowest, ms)
    } else if (ms > this.slowest) {
      this.otherKey = this.key
      this.otherSlowest = this.slowest
      this.key = key
      this.slowest = ms
    } else if (ms > this.otherSlowest) {
      this.otherKey = key
      this.otherSlowest = ms
    }
  }

  proved(key: string): void {
    if (this.provers === 0) {
      this.#prover = key
      this.provers = 1
    } else if (key !== this.#prover) {
      this.provers = 2
    }
  }
}

/**
 * Slowest work that a service lately needed, in ms, as it counts for one key: what the key itself needed, or what two
 * keys needed. So a visitor, whatever the visitor does, makes the refusals of no other key slow, and a server under load
 * is slow for several.
 *
 * Counts the current and the previous window. A window ends only when as many keys proved an account in it as in the one
 * before (two are enough): a quiet time, or one of refusals alone, tells nothing of what a login takes. Whatever happens,
 * work counts for {@link LEVEL_LIFETIME_MS} at most.
 */
export class Level {
  readonly #clock: Clock
  #current = new Window()
  #previous = new Window()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Returns the slowest work that counts for `key`, in ms; 0 without any. */
  of(key: string): number {
    this.#turn(this.#clock.now())
    const both = new Window()
    for (const window of [this.#previous, this.#current]) {
      both.record(window.key, window.slowest)
      both.record(window.otherKey, window.otherSlowest)
    }
    return key === both.key ? both.slowest : both.otherSlowest
  }

  /** Counts the refusal of a login of `key` that took `ms`. */
  refused(key: string, ms: number): void {
    this.#record(key, ms)
  }

  /** Counts a login of `key` that proved its account after `ms`. */
  proved(key: string, ms: number): void {
    this.#record(key, ms)
    this.#current.proved(key)
  }

  #record(key: string, ms: number): void {
    const now = this.#clock.now()
    this.#turn(now)
    this.#current.since ??= now
    this.#current.record(key, ms)
  }

  #turn(now: number): void {
    const { since, provers } = this.#current
    if (since !== undefined) {
      const isReplaced = now - since >= LEVEL_WINDOW_MS && provers >= Math.max(1, this.#previous.provers)
      if (isReplaced || now - since >= LEVEL_LIFETIME_MS / 2) {
        this.#previous = this.#current
        this.#current = new Window()
      }
    }
    const previousSince = this.#previous.since
    if (previousSince !== undefined && now - previousSince >= LEVEL_LIFETIME_MS) this.#previous = new Window()
  }
}
