/** An `AbortSignal`, as far as it matters here: node's own types are not needed to compile. */
export interface AbortSignalLike {
  /** true once nobody waits any more */
  readonly aborted: boolean
  /** Has `listener` called when that happens. */
  addEventListener(type: 'abort', listener: () => void): void
  /** Forgets `listener`. */
  removeEventListener(type: 'abort', listener: () => void): void
}

/** Says that something is over, and why. An `AbortSignal` is one; node's own cost more than the rest of a login. */
export interface Signal extends AbortSignalLike {
  readonly reason?: unknown
}

/** A {@link Signal} and, unlike node's, what aborts it. A listener is added once, and hears of it once. */
export class LightSignal implements Signal {
  #aborted = false
  #reason: unknown
  // No Set: a login makes seven of these, with one listener or two. That of close() has one for every login under way;
  // they leave about as they came, so that each is found soon.
  #listeners: (() => void)[] | undefined

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
    const listeners = this.#listeners
    this.#listeners = undefined
    if (listeners) for (const listener of listeners) listener()
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (this.#aborted) return
    if (this.#listeners) this.#listeners.push(listener)
    else this.#listeners = [listener]
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const at = this.#listeners?.indexOf(listener) ?? -1
    if (at >= 0) this.#listeners?.splice(at, 1)
  }
}

/** @throws the signal's reason, if it is aborted */
export function throwIfAborted(signal: Signal): void {
  if (signal.aborted) throw signal.reason
}
