/** Value with the moment of its end. */
interface Entry<V> {
  readonly value: V
  readonly expiresAt: number
}

/**
 * Map whose entries expire, without a timer for each. Entries of one lifetime are in one queue, in the order of their ends,
 * so that a look at the heads finds all that are over. The number of different lifetimes is small, and a key is looked for in
 * each queue: a map of all keys beside them would take half as much memory again.
 */
export class Expiring<V> {
  readonly #queues = new Map<number, Map<string, Entry<V>>>()

  get size(): number {
    let size = 0
    for (const queue of this.#queues.values()) size += queue.size
    return size
  }

  /** Returns the value of a key that is not over at `now`. */
  get(key: string, now: number): V | undefined {
    const entry = this.#queueOf(key)?.get(key)
    return entry !== undefined && entry.expiresAt > now ? entry.value : undefined
  }

  /** Sets a value that is over at `expiresAt`; `lifetime` names its queue. */
  set(key: string, value: V, lifetime: number, expiresAt: number): void {
    this.delete(key)
    const queue = this.#queues.get(lifetime)
    if (queue) queue.set(key, { value, expiresAt })
    else this.#queues.set(lifetime, new Map([[key, { value, expiresAt }]]))
  }

  /** Replaces the value of a key and leaves its end. */
  replace(key: string, value: V): void {
    const queue = this.#queueOf(key)
    const entry = queue?.get(key)
    if (entry) queue?.set(key, { value, expiresAt: entry.expiresAt })
  }

  delete(key: string): void {
    for (const [lifetime, queue] of this.#queues) {
      if (!queue.delete(key)) continue
      if (queue.size === 0) this.#queues.delete(lifetime)
      return
    }
  }

  /** Removes all that is over and returns it. */
  sweep(now: number): [key: string, value: V][] {
    const over: [string, V][] = []
    for (const queue of [...this.#queues.values()]) {
      for (const [key, { value, expiresAt }] of queue) {
        if (expiresAt > now) break
        over.push([key, value])
        this.delete(key)
      }
    }
    return over
  }

  /** Removes the oldest entry of the shortest lifetime: a flood of short ones replaces itself. */
  evict(): void {
    const queue = this.#queues.get(Math.min(...this.#queues.keys()))
    const [oldest] = queue?.keys() ?? []
    if (oldest !== undefined) this.delete(oldest)
  }

  /** Returns the moment at which the next entry is over, or `undefined` if the map is empty. */
  get nextEnd(): number | undefined {
    let next: number | undefined
    for (const queue of this.#queues.values()) {
      for (const { expiresAt } of queue.values()) {
        if (next === undefined || expiresAt < next) next = expiresAt
        break
      }
    }
    return next
  }

  #queueOf(key: string): Map<string, Entry<V>> | undefined {
    for (const queue of this.#queues.values()) if (queue.has(key)) return queue
    return undefined
  }
}
