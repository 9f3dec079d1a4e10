import { randomInt } from 'node:crypto'
import { XmppBoshError } from '../../errors/error'
import { isRefusal } from '../../errors/statuses'
import { FAILURE_JITTER_SHARE } from '../../limits'
import { timedOut } from '../../sessions/ends'
import type { Clock } from '../../time/clock'
import { AnySignal } from '../../time/combined-signals'
import type { AbortSignalLike, Signal } from '../../time/light-signal'
import { pause } from '../../time/wait'
import { HeldRefusals } from './held-refusals'
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
 * earlier than the slowest login or refusal lately took, as {@link Level} counts it for the visitor. The level counts from
 * the start of the login, without its waits for other logins. A random addition hides what is left, such as the rounding of
 * timers. A refusal that waits here occupies neither a slot nor a session.
 */
export class FailureDelay {
  readonly #clock: Clock
  readonly #limits: DelayLimits
  readonly #closing: Signal
  readonly #random: () => number
  readonly #level: Level
  /** slowest answers to a password: what a refusal of a known name would have needed */
  readonly #answers: Level
  readonly #held = new HeldRefusals()

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
    this.#answers = new Level(clock)
  }

  /**
   * Runs `work` and settles as it does. A refusal, and every failure after the server was asked about the account, is
   * passed on at the level, or at once if `signal` is aborted.
   *
   * @param work tells the timing of the login. After the proof of the account it fails without a delay, but for want of a
   * role
   * @throws {XmppBoshError} ERR_XMPP_BUSY in place of the failure if the visitor has too many that wait as well;
   * ERR_XMPP_TIMEOUT in place of a refusal that would come too late with all exchanges that a wrong password takes
   */
  async run<T>(work: (timing: LoginTiming) => Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
    const deadlineAt = this.#clock.now() + this.#limits.timeout
    const timing = new LoginTiming(this.#clock)
    try {
      const result = await work(timing)
      this.#recordProof(timing)
      return result
    } catch (reason) {
      this.#recordProof(timing)
      if (XmppBoshError.is(reason) && isDelayed(reason, timing)) {
        throw await this.#passedOn(reason, timing, deadlineAt, signal)
      }
      throw reason
    }
  }

  #recordProof({ key, provedAfter, answeredAfter }: LoginTiming): void {
    if (provedAfter === undefined) return
    const { timeout } = this.#limits
    this.#level.proved(key, Math.min(provedAfter, timeout))
    this.#answers.proved(key, Math.min(answeredAfter, timeout))
  }

  #recordRefusal({ key, taken }: LoginTiming): void {
    const ms = Math.min(taken, this.#limits.timeout)
    this.#level.refused(key, ms)
    this.#answers.refused(key, ms)
  }

  /** Returns the error for the visitor at the time when the visitor may have it. */
  async #passedOn(
    reason: XmppBoshError,
    timing: LoginTiming,
    deadlineAt: number,
    signal: AbortSignalLike | undefined,
  ): Promise<XmppBoshError> {
    const { failureDelay, timeout } = this.#limits
    // A refusal after the proof is no measure for others: it has a text of its own, and comes after further questions.
    const isAnswer = timing.isAsked && timing.provedAfter === undefined && isRefusal(reason.code)
    if (isAnswer) this.#recordRefusal(timing)
    if (failureDelay === 0) return reason
    // The login of a known name would not have come to the refusal of its password: it would have timed out.
    const toRefusal = Math.max(timing.takenToRefusal, this.#answers.of(timing.key))
    const isLate = isAnswer && timing.levelFrom + toRefusal > deadlineAt
    const dueAt = isLate ? deadlineAt : Math.min(this.#dueAt(timing), deadlineAt)
    const isDisplaced = await this.#hold(timing.key, dueAt, signal)
    if (isDisplaced) return tooManyRefused()
    return isLate ? timedOut(timeout) : reason
  }

  #dueAt(timing: LoginTiming): number {
    const ms = Math.max(this.#limits.failureDelay, this.#level.of(timing.key), timing.takenInFull)
    return timing.levelFrom + ms * (1 + FAILURE_JITTER_SHARE * this.#random())
  }

  /** Waits until `dueAt`, or until a signal ends the wait. Returns true if another refusal took the place of this one. */
  async #hold(key: string, dueAt: number, signal: AbortSignalLike | undefined): Promise<boolean> {
    if (this.#clock.now() >= dueAt || signal?.aborted || this.#closing.aborted) return false
    const displaced = this.#held.add(key, dueAt)
    const ends = new AnySignal(displaced, this.#closing, ...(signal ? [signal] : []))
    // Node rounds timers to ms, and counts from the time at which the event loop last woke: it can be early. The wait is
    // over as well if the clock stands still, as it does in an app's tests with a faked clock and real timers.
    let last = Number.POSITIVE_INFINITY
    for (let ms = dueAt - this.#clock.now(); ms > 0 && ms < last && !ends.aborted; ms = dueAt - this.#clock.now()) {
      last = ms
      await pause(this.#clock, ms, ends)
    }
    this.#held.remove(key, displaced)
    ends.release()
    return displaced.aborted
  }
}

function isDelayed({ code, status }: XmppBoshError, { isAsked, provedAfter }: LoginTiming): boolean {
  if (provedAfter !== undefined) return code === 'role-required'
  return isAsked || status === 401
}

function tooManyRefused(): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_BUSY', 'too many refused logins at once')
}
