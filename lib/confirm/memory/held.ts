import { addAbortListener, removeAbortListener } from '../../time/abort-listeners'
import type { Clock } from '../../time/clock'
import type { AbortSignalLike } from '../../time/light-signal'
import { MAX_HELD } from '../limits'

/** Pages that are held until their request changes. */
export class Held {
  readonly #clock: Clock
  readonly #pages = new Map<string, Set<() => void>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Number of requests with pages that are held. */
  get size(): number {
    return this.#pages.size
  }

  /** Resolves when the pages of `id` are released, after `ms`, or when `signal` aborts. */
  hold(id: string, ms: number, signal?: AbortSignalLike): Promise<void> {
    return new Promise(resolve => {
      const pages = this.#pages.get(id) ?? new Set()
      this.#pages.set(id, pages)
      const release = () => {
        cancel()
        if (signal) removeAbortListener(signal, release)
        pages.delete(release)
        if (pages.size === 0 && this.#pages.get(id) === pages) this.#pages.delete(id)
        resolve()
      }
      const cancel = this.#clock.after(ms, release)
      if (signal) addAbortListener(signal, release)
      pages.add(release)
      const [oldest] = pages
      if (pages.size > MAX_HELD) oldest?.()
    })
  }

  release(id: string): void {
    for (const release of [...(this.#pages.get(id) ?? [])]) release()
  }
}
