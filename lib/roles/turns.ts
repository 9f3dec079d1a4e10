import type { Clock } from '../time/clock'
import { LightSignal } from '../time/light-signal'
import { pause } from '../time/wait'
import { MAX_TURN_MS } from './limits'

/** Order of reads: each begins when the one before is over, or has taken its time. */
export class Turns {
  readonly #clock: Clock
  #last: Promise<void> = Promise.resolve()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Runs `work` when it is its turn, never synchronously. Settles as it does. */
  run<T>(work: () => Promise<T>): Promise<T> {
    const over = new LightSignal()
    const end = () => over.abort()
    const result = this.#last.then(work)
    this.#last = this.#last.then(() => pause(this.#clock, MAX_TURN_MS, over))
    result.then(end, end)
    return result
  }
}
