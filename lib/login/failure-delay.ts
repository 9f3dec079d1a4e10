import { XmppBoshError } from '../errors/error'
import { MAX_DELAYED_FAILURES } from '../limits'
import type { Clock } from '../time/clock'
import { AnySignal } from '../time/combined-signals'
import type { AbortSignalLike, Signal } from '../time/light-signal'
import { pause } from '../time/wait'

/**
 * Delay of refusals: servers refuse an unknown user one step earlier than a wrong password. If the server answers within
 * the delay, every 401 takes equally long. A refusal that waits here occupies neither a slot nor a session.
 */
export class FailureDelay {
  readonly #clock: Clock
  readonly #ms: number
  readonly #closing: Signal
  #waiting = 0

  /**
   * @param ms least time from the start of a login to its 401
   * @param closing ends every wait
   */
  constructor(clock: Clock, ms: number, closing: Signal) {
    this.#clock = clock
    this.#ms = ms
    this.#closing = closing
  }

  /**
   * Runs `work` and settles as it does. A 401 is passed on no earlier than `ms` after the start, or at once if `signal`
   * is aborted.
   *
   * @throws {XmppBoshError} ERR_XMPP_BUSY in place of a 401 if too many refusals are waiting already
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
    const startedAt = this.#clock.now()
    try {
      return await work()
    } catch (reason) {
      if (XmppBoshError.is(reason) && reason.status === 401) {
        await this.#hold(this.#ms - (this.#clock.now() - startedAt), signal)
      }
      throw reason
    }
  }

  async #hold(ms: number, signal: AbortSignalLike | undefined): Promise<void> {
    if (ms <= 0 || signal?.aborted || this.#closing.aborted) return
    if (this.#waiting >= MAX_DELAYED_FAILURES) throw tooManyRefused()
    const ends = signal ? new AnySignal(signal, this.#closing) : new AnySignal(this.#closing)
    this.#waiting++
    await pause(this.#clock, ms, ends)
    this.#waiting--
    ends.release()
  }
}

function tooManyRefused(): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_BUSY', 'too many refused logins at once')
}
