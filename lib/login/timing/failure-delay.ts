import { randomInt } from 'node:crypto'
import { XmppBoshError } from '../../errors/error'
import { isRefusal } from '../../errors/statuses'
import { FAILURE_JITTER_SHARE, MAX_DELAYED_FAILURES } from '../../limits'
import type { Clock } from '../../time/clock'
import { AnySignal } from '../../time/combined-signals'
import { type AbortSignalLike, LightSignal, type Signal } from '../../time/light-signal'
import { pause } from '../../time/wait'
import { Level } from './level'
import { LoginTiming } from './login-timing'

/** Limits of the delay, in ms. */
export interface DelayLimits {
  /** least delay; 0 turns the delay off */
  readonly failureDelay: number
  /** deadline of the whole login, which ends every delay */
  readonly timeout: number
}

const RANDOM_STEPS = 2 ** 47

/**
 * Delay of refusals. Servers answer sooner for an unknown name than for a wrong password, and later for the right
 * password of an account that may not log in. Every refusal is given at the level: no earlier than `failureDelay`, and no
 * earlier than the slowest login or refusal lately took. The level counts from the start of the login, without its waits
 * for other logins. A random addition hides what is left, such as the rounding of timers. A refusal that waits here
 * occupies neither a slot nor a session.
 */
export class FailureDelay {
  readonly #clock: Clock
  readonly #limits: DelayLimits
  readonly #closing: Signal
  readonly #random: () => number
  readonly #level: Level
  /** signal that ends each wait, with the time at which the wait is over anyway */
  readonly #held = new Map<LightSignal, number>()

  /**
   * @param closing ends every wait
   * @param random returns a number from 0 to 1
   */
  constructor(
    clock: Clock,
    limits: DelayLimits,
    closing: Signal,
    random: () => number = () => randomInt(RANDOM_STEPS) / RANDOM_STEPS,
  ) {
    this.#clock = clock
    this.#limits = limits
    this.#closing = closing
    this.#random = random
    this.#level = new Level(clock)
  }

  /**
   * Runs `work` and settles as it does. A refusal, and every failure after the server was asked about the account, is
   * passed on at the level, or at once if `signal` is aborted.
   *
   * @param work tells the timing of the login. After the proof of the account it fails without a delay
   * @throws {XmppBoshError} ERR_XMPP_BUSY in place of the failure if too many others wait as well
   */
  async run<T>(work: (timing: LoginTiming) => Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
    const startedAt = this.#clock.now()
    const timing = new LoginTiming(this.#clock)
    try {
      const result = await work(timing)
      this.#record(timing.provedAfter)
      return result
    } catch (reason) {
      this.#record(timing.provedAfter)
      if (XmppBoshError.is(reason) && timing.provedAfter === undefined && tellsOfAccount(reason, timing)) {
        if (timing.isAsked && isRefusal(reason.code)) this.#record(timing.taken)
        await this.#hold(Math.min(this.#dueAt(timing), startedAt + this.#limits.timeout), signal)
      }
      throw reason
    }
  }

  #record(ms: number | undefined): void {
    if (ms !== undefined) this.#level.record(Math.min(ms, this.#limits.timeout))
  }

  #dueAt(timing: LoginTiming): number {
    const { failureDelay } = this.#limits
    if (failureDelay === 0) return Number.NEGATIVE_INFINITY
    const ms = Math.max(failureDelay, this.#level.ms, timing.takenInFull)
    return timing.levelFrom + ms * (1 + FAILURE_JITTER_SHARE * this.#random())
  }

  async #hold(dueAt: number, signal: AbortSignalLike | undefined): Promise<void> {
    if (this.#clock.now() >= dueAt || signal?.aborted || this.#closing.aborted) return
    const displaced = new LightSignal()
    const ends = new AnySignal(displaced, this.#closing, ...(signal ? [signal] : []))
    this.#held.set(displaced, dueAt)
    if (this.#held.size > MAX_DELAYED_FAILURES) this.#displaceFirst()
    // Node rounds timers to ms, and counts from the time at which the event loop last woke: it can be early. The wait is
    // over as well if the clock stands still, as it does in an app's tests with a faked clock and real timers.
    let last = Number.POSITIVE_INFINITY
    for (let ms = dueAt - this.#clock.now(); ms > 0 && ms < last && !ends.aborted; ms = dueAt - this.#clock.now()) {
      last = ms
      await pause(this.#clock, ms, ends)
    }
    this.#held.delete(displaced)
    ends.release()
    if (displaced.aborted) throw tooManyRefused()
  }

  // The one that came last would end as soon as the server answered it, at a time that tells of its account.
  #displaceFirst(): void {
    let [first] = this.#held
    for (const held of this.#held) if (first === undefined || held[1] < first[1]) first = held
    if (first === undefined) return
    this.#held.delete(first[0])
    first[0].abort()
  }
}

function tellsOfAccount({ status }: XmppBoshError, { isAsked }: LoginTiming): boolean {
  return isAsked || status === 401
}

function tooManyRefused(): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_BUSY', 'too many refused logins at once')
}
