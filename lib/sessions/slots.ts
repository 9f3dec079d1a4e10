import { XmppBoshError } from '../errors/error'
import { type Signal, throwIfAborted } from '../time/light-signal'

/** Slots for at most `size` pieces of work at a time. Others wait for a slot in order of arrival. */
export class Slots {
  readonly #size: number
  readonly #maxWaiting: number
  readonly #waiting = new Set<() => void>()
  #taken = 0

  constructor(size: number, maxWaiting = Number.POSITIVE_INFINITY) {
    this.#size = size
    this.#maxWaiting = maxWaiting
  }

  /** True if all slots are taken and the queue is full: further work must be refused with {@link busy}. */
  get isFull(): boolean {
    return this.#taken >= this.#size && this.#waiting.size >= this.#maxWaiting
  }

  /** Runs `work` when a slot is free. Rejects with the signal's reason if it is aborted before. */
  async run<T>(work: () => Promise<T>, signal: Signal): Promise<T> {
    throwIfAborted(signal)
    if (this.#taken < this.#size) this.#taken++
    else await this.#wait(signal)
    try {
      return await work()
    } finally {
      // The slot passes to the next in the queue without becoming free in between.
      const [next] = this.#waiting
      if (next) next()
      else this.#taken--
    }
  }

  #wait(signal: Signal): Promise<void> {
    return new Promise((resolve, reject) => {
      const begin = () => {
        leave()
        resolve()
      }
      const abort = () => {
        leave()
        reject(signal.reason)
      }
      const leave = () => {
        this.#waiting.delete(begin)
        signal.removeEventListener('abort', abort)
      }
      this.#waiting.add(begin)
      signal.addEventListener('abort', abort)
    })
  }
}

/** Returns the error for work that is refused because all slots are taken and the queue is full. */
export function busy(): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_BUSY', 'too many logins at once; see options `maxConcurrent` and `maxQueue`')
}
