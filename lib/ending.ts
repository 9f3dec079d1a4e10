import type { AbortSignalLike } from './context'

/** Says that something is over, and why. An `AbortSignal` is one; node's own cost more than the rest of a login. */
export interface Signal extends AbortSignalLike {
  readonly reason?: unknown
}

/** A {@link Signal} and, unlike node's, what aborts it. A listener hears of it once. */
export class Ending implements Signal {
  #aborted = false
  #reason: unknown
  readonly #listeners = new Set<() => void>()

  get aborted(): boolean {
    return this.#aborted
  }

  get reason(): unknown {
    return this.#reason
  }

  abort(reason?: unknown): void {
    if (this.#aborted) return
    this.#aborted = true
    this.#reason = reason
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of listeners) listener()
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (!this.#aborted) this.#listeners.add(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener)
  }
}

/** @throws the signal's reason, if it is aborted */
export function throwIfAborted(signal: Signal): void {
  if (signal.aborted) throw signal.reason
}
