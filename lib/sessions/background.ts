import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import { TERMINATE_TIMEOUT_MS } from '../limits'
import type { Clock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'

/** Work that continues after its caller stopped waiting: abandoned logins and terminates, each with a time limit. */
export class Background {
  readonly #clock: Clock
  readonly #maxEnding: number
  readonly #running = new Set<Promise<unknown>>()
  /** number of sessions that wait for the reply to their terminate */
  #ending = 0
  readonly #deferred: (() => void)[] = []

  /** @param maxEnding number of sessions from which {@link whenFewEnd} waits */
  constructor(clock: Clock, maxEnding: number) {
    this.#clock = clock
    this.#maxEnding = maxEnding
  }

  /** Keeps `work` until it settles, then calls `settled`. Returns `work`. */
  track<T>(work: Promise<T>, settled: () => void): Promise<T> {
    const done = () => {
      this.#running.delete(work)
      settled()
    }
    this.#running.add(work)
    work.then(done, done)
    return work
  }

  /**
   * Terminates a session (XEP-0124 §13): an open session costs the server memory until it times out. The request is sent
   * at once, on the session's own connection. Waits up to 2 s for the reply. A failure is ignored, because the server ends
   * an idle session by itself.
   */
  terminate(session: BoshSession): void {
    const timedOut = () => new XmppBoshError('ERR_XMPP_TIMEOUT', 'no reply to the terminate request')
    const signal = new TimeoutSignal(this.#clock, TERMINATE_TIMEOUT_MS, timedOut)
    this.#ending++
    void this.track(session.terminate(signal), () => {
      signal.release()
      this.#ending--
      this.#deferred.shift()?.()
    })
  }

  /**
   * Calls `next` when no more than `maxEnding` sessions are ending. Each of them occupies a connection: new sessions have
   * to wait for a server that answers terminates slowly.
   */
  whenFewEnd(next: () => void): void {
    if (this.#ending <= this.#maxEnding) next()
    else this.#deferred.push(next)
  }

  /** Resolves when no work is left, including work that begins meanwhile. */
  async drain(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running)
  }
}
