/** Entry with the moment of its end. */
interface Entry<V> {
  readonly value: V
  readonly lifetime: number
  readonly expiresAt: number
}

/**
 * Map whose entries expire, without a timer for each. Entries of one lifetime stand in one queue, in the order of their
 * ends, so that a look at the heads finds all that are over. The number of different lifetimes is small.
 */
export class Expiring<V> {
  readonly #entries = new Map<string, Entry<V>>()
  readonly #queues = new Map<number, Set<string>>()

  get size(): number {
    return this.#entries.size
  }

  /** Returns the value of a key that is not over at `now`. */
  get(key: string, now: number): V | undefined {
    const entry = this.#entries.get(key)
    return entry !== undefined && entry.expiresAt > now ? entry.value : undefined
  }

  /** Sets a value that is over at `expiresAt`; `lifetime` names its queue. */
  set(key: string, value: V, lifetime: number, expiresAt: number): void {
    this.delete(key)
    this.#entries.set(key, { value, lifetime, expiresAt })
    const queue = this.#queues.get(lifetime)
    if (queue) queue.add(key)
    else this.#queues.set(lifetime, new Set([key]))
  }

  /** Replaces the value of a key and leaves its end. */
  replace(key: string, value: V): void {
    const entry = this.#entries.get(key)
    if (entry) this.#entries.set(key, { ...entry, value })
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (!entry) return
    this.#entries.delete(key)
    const queue = this.#queues.get(entry.lifetime)
    queue?.delete(key)
    if (queue?.size === 0) this.#queues.delete(entry.lifetime)
  }

  /** Removes all that is over and returns it. */
  sweep(now: number): [key: string, value: V][] {
    const over: [string, V][] = []
    for (const queue of [...this.#queues.values()]) {
      for (const key of queue) {
        const entry = this.#entries.get(key)
        if (entry === undefined || entry.expiresAt > now) break
        over.push([key, entry.value])
        this.delete(key)
      }
    }
    return over
  }

  /** Removes the oldest entry of the shortest lifetime: a flood of short ones replaces itself. */
  evict(): void {
    const queue = this.#queues.get(Math.min(...this.#queues.keys()))
    const [oldest] = queue ?? []
    if (oldest !== undefined) this.delete(oldest)
  }

  /** Returns the moment at which the next entry is over, or `undefined` if the map is empty. */
  get nextEnd(): number | undefined {
    let next: number | undefined
    for (const queue of this.#queues.values()) {
      for (const key of queue) {
        const end = this.#entries.get(key)?.expiresAt ?? 0
        if (next === undefined || end < next) next = end
        break
      }
    }
    return next
  }
}
