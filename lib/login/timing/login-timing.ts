import type { Clock } from '../../time/clock'
import type { Signal } from '../../time/light-signal'
import { pause } from '../../time/wait'

/**
 * Times of one login, from which the time of its refusal is computed. The waits for other logins of this process are
 * counted apart: they depend on the other visitors, and not on the account.
 */
export class LoginTiming {
  readonly #clock: Clock
  readonly #startedAt: number
  #waited = 0
  #quickest = Number.POSITIVE_INFINITY
  #missing = 0
  #afterPassword = 0
  #key = ''
  #isAsked = false
  #answeredAfter = 0
  #provedAfter: number | undefined

  constructor(clock: Clock) {
    this.#clock = clock
    this.#startedAt = clock.now()
  }

  /** Key of the visitor among those who share slots. */
  get key(): string {
    return this.#key
  }

  /** Start of the login plus its waits, in ms of the clock: the delay of a refusal counts from here. */
  get levelFrom(): number {
    return this.#startedAt + this.#waited
  }

  /** True if the server was asked about the account: what it answered may tell whether the account exists. */
  get isAsked(): boolean {
    return this.#isAsked
  }

  /** ms from {@link levelFrom} to the proof of the account; `undefined` without proof. */
  get provedAfter(): number | undefined {
    return this.#provedAfter
  }

  /** ms from {@link levelFrom} to the server's answer to the password; 0 before that answer. */
  get answeredAfter(): number {
    return this.#answeredAfter
  }

  /** ms from {@link levelFrom} until now. */
  get taken(): number {
    return this.#clock.now() - this.levelFrom
  }

  /** ms that this login would have taken up to the last exchange, each missing one as quick as the quickest. */
  get takenInFull(): number {
    return this.#takenWith(this.#missing)
  }

  /** Like {@link takenInFull}, up to the exchange that is answered with the refusal of a wrong password. */
  get takenToRefusal(): number {
    return this.#takenWith(this.#missing - this.#afterPassword)
  }

  /**
   * Counts the wait for a slot, and for services that failed, which ended at `begunAt`.
   *
   * @param key of the visitor
   */
  begun(begunAt: number, key: string): void {
    this.#key = key
    this.#waited += begunAt - this.#startedAt
  }

  /** Returns a function that ends a wait for other logins. It begins now. */
  waiting(): () => void {
    const since = this.#clock.now()
    return () => {
      this.#waited += this.#clock.now() - since
    }
  }

  /**
   * Notes that the server is asked about the account from now on.
   *
   * @param exchanges number of exchanges from here to the server's answer to the password
   * @param more number of exchanges from there to the proof of the account
   */
  asks(exchanges: number, more: number): void {
    this.#isAsked = true
    this.#missing = exchanges + more
    this.#afterPassword = more
    this.#quickest = this.taken // the creation of the session
  }

  /** Counts an exchange with the server, which may be answered with a refusal. */
  async exchange<T>(answer: Promise<T>): Promise<T> {
    const since = this.#clock.now()
    try {
      return await answer
    } finally {
      this.#missing--
      if (this.#missing === this.#afterPassword) this.#answeredAfter = this.taken
      this.#quickest = Math.min(this.#quickest, this.#clock.now() - since)
    }
  }

  /** Waits for the exchanges that this login lacks up to the answer to a wrong password. */
  async untilRefusal(signal: Signal): Promise<void> {
    const ms = this.takenToRefusal - this.taken
    if (ms > 0) await pause(this.#clock, ms, signal)
    this.#missing = Math.min(this.#missing, this.#afterPassword)
  }

  /** Notes that the account is proved: nothing that follows tells more about it. */
  proves(): void {
    this.#provedAfter = this.taken
  }

  #takenWith(missing: number): number {
    return this.taken + (missing > 0 ? missing * this.#quickest : 0)
  }
}
