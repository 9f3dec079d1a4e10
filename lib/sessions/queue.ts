import type { Entry, LinkedList } from './linked-list'
import { Ranks } from './ranks'

/** Work of one key: the number of pieces that run, and those that wait, in order of arrival. */
export interface Share {
  readonly key: string
  running: number
  readonly waiting: LinkedList<Waiting>
}

/** Piece of work that waits. */
export interface Waiting {
  readonly share: Share
  readonly begin: () => void
  readonly refuse: () => void
}

/** Work that waits, by key. */
export class Queue {
  readonly #byRunning = new Ranks<Share>()
  readonly #byWaiting = new Ranks<Share>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Oldest work of the key that has the fewest running; of several keys, that which has had this number longest. */
  get next(): Waiting | undefined {
    return this.#size === 0 ? undefined : this.#byRunning.least?.waiting.first
  }

  /** Share that has the most waiting. */
  get longest(): Share | undefined {
    return this.#byWaiting.most
  }

  add(work: Waiting): Entry<Waiting> {
    const { share } = work
    const entry = share.waiting.add(work)
    this.#size++
    this.#byWaiting.set(share, share.waiting.size)
    if (share.waiting.size === 1) this.#byRunning.set(share, share.running)
    return entry
  }

  remove(entry: Entry<Waiting>): void {
    const { share } = entry.value
    share.waiting.remove(entry)
    this.#size--
    if (share.waiting.size > 0) {
      this.#byWaiting.set(share, share.waiting.size)
    } else {
      this.#byWaiting.delete(share)
      this.#byRunning.delete(share)
    }
  }

  /** Sets the number of pieces that run. */
  setRunning(share: Share, running: number): void {
    share.running = running
    if (share.waiting.size > 0) this.#byRunning.set(share, running)
  }
}
