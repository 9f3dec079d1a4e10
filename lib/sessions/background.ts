import type { BoshSession } from '../bosh/session'
import type { Clock } from '../time/clock'
import { TerminateDeadline } from './terminate-deadline'

/** Work that continues after its caller stopped waiting: abandoned logins and terminates, each with a time limit. */
export class Background {
  readonly #clock: Clock
  readonly #maxEnding: number
  readonly #maxWait: number
  readonly #running = new Set<Promise<unknown>>()
  /** number of sessions that wait for the reply to their terminate */
  #ending = 0
  readonly #deferred: (() => void)[] = []

  /**
   * @param maxEnding number of sessions from which {@link whenFewEnd} waits
   * @param maxWait ms for which a terminate may wait for a socket of a given agent
   */
  constructor(clock: Clock, maxEnding: number, maxWait: number) {
    this.#clock = clock
    this.#maxEnding = maxEnding
    this.#maxWait = maxWait
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
   * at once, on the session's own connection; with a given agent, when it has a free socket. Waits up to 2 s for the reply
   * from then on. A failure is ignored, because the server ends an idle session by itself.
   */
  terminate(session: BoshSession): void {
    const deadline = new TerminateDeadline(this.#clock, this.#maxWait)
    this.#ending++
    void this.track(session.terminate(deadline, deadline.onSocket), () => {
      deadline.release()
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
