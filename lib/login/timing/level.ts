import { LEVEL_LIFETIME_MS, LEVEL_WINDOW_MS } from '../../limits'
import type { Clock } from '../../time/clock'

/** Slowest work of the two keys that had the slowest, in ms. */
class Slowest {
  key = ''
  ms = 0
  otherKey = ''
  otherMs = 0

  record(key: string, ms: number): void {
    if (key === this.key) {
      this.ms = Math.max(this.ms, ms)
    } else if (ms > this.ms) {
      this.otherKey = this.key
      this.otherMs = this.ms
      this.key = key
      this.ms = ms
    } else if (ms > this.otherMs) {
      this.otherKey = key
      this.otherMs = ms
    }
  }

  /** Records what `slowest` holds and is above `ms`. */
  recordAbove(ms: number, slowest: Slowest): void {
    if (slowest.ms > ms) this.record(slowest.key, slowest.ms)
    if (slowest.otherMs > ms) this.record(slowest.otherKey, slowest.otherMs)
  }

  of(key: string): number {
    return key === this.key ? this.ms : this.otherMs
  }
}

/** Work of one span of time. */
class Window {
  /** time of the first work, in ms of the clock; `undefined` without any */
  since: number | undefined
  readonly logins = new Slowest()
  readonly refusals = new Slowest()
  /** number of keys that proved an account, counted to two */
  provers = 0
  #prover = ''

  proved(key: string, ms: number): void {
    this.logins.record(key, ms)
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
 * before (two are enough): a quiet time, or one of refusals alone, tells nothing of what a login takes. Nor do logins tell
 * what a refusal takes: some servers are slow only to refuse, and only for known names. So refusals that were slower than
 * every login of their window outlast it. Whatever happens, work counts for {@link LEVEL_LIFETIME_MS} at most.
 */
export class Level {
  readonly #clock: Clock
  #current = new Window()
  #previous = new Window()
  #lasting = new Slowest()
  #formerLasting = new Slowest()
  #lastingSince: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#lastingSince = clock.now()
  }

  /** Returns the slowest work that counts for `key`, in ms; 0 without any. */
  of(key: string): number {
    this.#turn(this.#clock.now())
    const all = new Slowest()
    for (const { logins, refusals } of [this.#previous, this.#current]) {
      all.recordAbove(0, logins)
      all.recordAbove(0, refusals)
    }
    all.recordAbove(0, this.#formerLasting)
    all.recordAbove(0, this.#lasting)
    return all.of(key)
  }

  /** Counts the refusal of a login of `key` that took `ms`. */
  refused(key: string, ms: number): void {
    this.#begin().refusals.record(key, ms)
  }

  /** Counts a login of `key` that proved its account after `ms`. */
  proved(key: string, ms: number): void {
    this.#begin().proved(key, ms)
  }

  #begin(): Window {
    const now = this.#clock.now()
    this.#turn(now)
    this.#current.since ??= now
    return this.#current
  }

  #turn(now: number): void {
    this.#turnLasting(now)
    const { since, provers } = this.#current
    if (since !== undefined) {
      const isReplaced = now - since >= LEVEL_WINDOW_MS && provers >= Math.max(1, this.#previous.provers)
      if (isReplaced) this.#lasting.recordAbove(this.#current.logins.ms, this.#current.refusals)
      if (isReplaced || now - since >= LEVEL_LIFETIME_MS / 2) {
        this.#previous = this.#current
        this.#current = new Window()
      }
    }
    const previousSince = this.#previous.since
    if (previousSince !== undefined && now - previousSince >= LEVEL_LIFETIME_MS) this.#previous = new Window()
  }

  #turnLasting(now: number): void {
    const half = LEVEL_LIFETIME_MS / 2
    const halves = Math.floor((now - this.#lastingSince) / half)
    if (halves === 0) return
    this.#formerLasting = halves === 1 ? this.#lasting : new Slowest()
    this.#lasting = new Slowest()
    this.#lastingSince += halves * half
  }
}
