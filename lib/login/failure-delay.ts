import { XmppBoshError } from '../errors/error'
import { MAX_DELAYED_FAILURES } from '../limits'
import { busy } from '../sessions/slots'
import type { Clock } from '../time/clock'
import { AnySignal } from '../time/combined-signals'
import type { AbortSignalLike, Signal } from '../time/light-signal'
import { pause } from '../time/wait'

/**
 * Holds refusals back, so that all come equally late: servers answer an unknown user one step earlier than a wrong
 * password. Who waits here holds neither a slot nor a session.
 */
export class FailureDelay {
  readonly #clock: Clock
  readonly #ms: number
  readonly #closing: Signal
  #waiting = 0

  /** @param closing ends every wait */
  constructor(clock: Clock, ms: number, closing: Signal) {
    this.#clock = clock
    this.#ms = ms
    this.#closing = closing
  }

  /**
   * What `work` settles with, or throws; a 401 no earlier than the delay after its start, and at once when `signal` is
   * aborted.
   *
   * @throws {XmppBoshError} ERR_XMPP_BUSY instead of a 401 when too many wait already
   */
  async level<T>(work: () => Promise<T>, signal: AbortSignalLike | undefined): Promise<T> {
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
    if (this.#waiting >= MAX_DELAYED_FAILURES) throw busy()
    const over = signal ? new AnySignal(signal, this.#closing) : new AnySignal(this.#closing)
    this.#waiting++
    await pause(this.#clock, ms, over)
    this.#waiting--
    over.release()
  }
}
