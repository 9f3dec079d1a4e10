import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import { TERMINATE_TIMEOUT_MS } from '../limits'
import type { Clock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'

/** Work that goes on after its caller stopped waiting: abandoned logins and terminates, each bounded in time. */
export class Background {
  readonly #clock: Clock
  readonly #running = new Set<Promise<unknown>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Keeps `work` until it settles, then calls `over`. Returns `work`. */
  track<T>(work: Promise<T>, over: () => void): Promise<T> {
    const done = () => {
      this.#running.delete(work)
      over()
    }
    this.#running.add(work)
    work.then(done, done)
    return work
  }

  /**
   * Ends a session on the server (XEP-0124 §13): one that is not terminated costs the server memory until it times out.
   * The answer is awaited for 2 s at most, and a failure is ignored, since the server forgets the session by itself.
   */
  terminate(session: BoshSession): void {
    const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', 'the terminate was not answered')
    const signal = new TimeoutSignal(this.#clock, TERMINATE_TIMEOUT_MS, late)
    void this.track(session.terminate(signal), () => signal.release())
  }

  /** Resolves when no work is left, work that begins meanwhile included. */
  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
  }
}
