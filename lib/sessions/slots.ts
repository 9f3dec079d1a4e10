import { XmppBoshError } from '../errors/error'
import { type Signal, throwIfAborted } from '../time/light-signal'
import { LinkedList } from './linked-list'
import { Queue, type Share } from './queue'

/**
 * Slots for at most `size` pieces of work at a time, shared fairly among keys (max-min fairness): a free slot goes to the
 * waiting key that has the fewest running. A key alone may take all slots. Work of one key begins in order of arrival.
 */
export class Slots {
  readonly #size: number
  readonly #maxWaiting: number
  readonly #queue = new Queue()
  readonly #shares = new Map<string, Share>()
  #taken = 0

  constructor(size: number, maxWaiting = Number.POSITIVE_INFINITY) {
    this.#size = size
    this.#maxWaiting = maxWaiting
  }

  /** Returns false if work of `key` would be refused now: all slots are taken, and the queue is full for this key. */
  hasRoomFor(key: string): boolean {
    return this.#taken < this.#size || this.#queue.size < this.#maxWaiting || this.#isOutweighed(key)
  }

  /** Runs `work` while it holds a slot; see {@link take}. */
  async run<T>(work: () => Promise<T>, signal: Signal, key = ''): Promise<T> {
    const release = await this.take(signal, key)
    try {
      return await work()
    } finally {
      release()
    }
  }

  /**
   * Waits for a slot and returns the function that frees it, to be called once.
   *
   * @throws the reason of `signal`, if it is aborted before
   * @throws {XmppBoshError} ERR_XMPP_BUSY if the queue is full, at once; later, if a key with fewer waiting needs the place
   */
  async take(signal: Signal, key = ''): Promise<() => void> {
    throwIfAborted(signal)
    if (!this.hasRoomFor(key)) throw busy()
    const share = this.#shareOf(key)
    if (this.#taken < this.#size) {
      this.#taken++
      share.running++
    } else {
      await this.#wait(share, signal)
    }
    return () => this.#release(share)
  }

  #wait(share: Share, signal: Signal): Promise<void> {
    if (this.#queue.size >= this.#maxWaiting) this.#queue.longest?.waiting.last?.refuse()
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#queue.remove(entry)
        signal.removeEventListener('abort', abort)
      }
      const begin = () => {
        leave()
        this.#queue.setRunning(share, share.running + 1)
        resolve()
      }
      const refuse = (reason: unknown = busy()) => {
        leave()
        this.#forgetIfIdle(share)
        reject(reason)
      }
      const abort = () => refuse(signal.reason)
      const entry = this.#queue.add({ share, begin, refuse })
      signal.addEventListener('abort', abort)
    })
  }

  // The slot passes to the next in the queue without becoming free in between.
  #release(share: Share): void {
    this.#queue.setRunning(share, share.running - 1)
    const { next } = this.#queue
    if (next) next.begin()
    else this.#taken--
    this.#forgetIfIdle(share)
  }

  /** Returns true if another key has so much more waiting that its newest work has to give its place to work of `key`. */
  #isOutweighed(key: string): boolean {
    const most = this.#queue.longest?.waiting.size ?? 0
    return most > (this.#shares.get(key)?.waiting.size ?? 0) + 1
  }

  #shareOf(key: string): Share {
    let share = this.#shares.get(key)
    if (!share) {
      share = { key, running: 0, waiting: new LinkedList() }
      this.#shares.set(key, share)
    }
    return share
  }

  #forgetIfIdle(share: Share): void {
    if (share.running === 0 && share.waiting.size === 0) this.#shares.delete(share.key)
  }
}

/** Returns the error for work that is refused because all slots are taken and the queue is full. */
export function busy(): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_BUSY', 'too many logins at once; see options `maxConcurrent` and `maxQueue`')
}
