/** Value with the moment of its end. */
interface Entry<V> {
  readonly value: V
  readonly expiresAt: number
}

/**
 * Map whose entries expire, without a timer for each. Entries of one kind (the text before the colon of their key) and one
 * lifetime are in one queue, in the order of their ends, so that a look at the heads finds all that are over. The number of
 * queues is small, and a key is looked for in each: a map of all keys beside them would take half as much memory again.
 */
export class Expiring<V> {
  readonly #queues = new Map<string, Map<string, Entry<V>>>()

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

  /** Sets a value that is over at `expiresAt`; its kind and `lifetime` name its queue. */
  set(key: string, value: V, lifetime: number, expiresAt: number): void {
    this.delete(key)
    const name = `${key.slice(0, key.indexOf(':') + 1)}${lifetime}`
    const queue = this.#queues.get(name)
    if (queue) queue.set(key, { value, expiresAt })
    else this.#queues.set(name, new Map([[key, { value, expiresAt }]]))
  }

  /** Replaces the value of a key and leaves its end. */
  replace(key: string, value: V): void {
    const queue = this.#queueOf(key)
    const entry = queue?.get(key)
    if (entry) queue?.set(key, { value, expiresAt: entry.expiresAt })
  }

  delete(key: string): void {
    for (const [name, queue] of this.#queues) {
      if (!queue.delete(key)) continue
      if (queue.size === 0) this.#queues.delete(name)
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

  /** Removes the oldest entry of the largest queue: a flood of one kind replaces itself. */
  evict(): void {
    let largest: ReadonlyMap<string, Entry<V>> = new Map()
    for (const queue of this.#queues.values()) if (queue.size > largest.size) largest = queue
    const [oldest] = largest.keys()
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
