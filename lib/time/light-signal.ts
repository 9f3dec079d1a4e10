/**
 * Part of `AbortSignal` that the library uses, so that its types compile without those of Node. Every `AbortSignal` is
 * one.
 *
 * @example
 * ```ts
 * import { Authenticator } from 'passport-xmpp-bosh'
 *
 * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
 * const visitor = new AbortController()
 * const credentials = { username: 'alice', password: 'secret' }
 *
 * // visitor.abort() rejects the login with ERR_XMPP_ABORTED.
 * await authenticator.authenticate(credentials, { signal: visitor.signal })
 * ```
 */
export interface AbortSignalLike {
  /** true once the signal was aborted: the caller no longer waits for a result */
  readonly aborted: boolean
  /** Calls `listener` when the signal aborts. */
  addEventListener(type: 'abort', listener: () => void): void
  /** Removes a listener that was added before. */
  removeEventListener(type: 'abort', listener: () => void): void
}

/** {@link AbortSignalLike} that also tells why it was aborted. Every `AbortSignal` is one. */
export interface Signal extends AbortSignalLike {
  readonly reason?: unknown
}

/**
 * Signal and its controller in one object: {@link abort} aborts it. Add a listener only once; it is called once.
 *
 * Node's own signals would cost more than the rest of the login they bound. `npm run bench:signals` creates and releases
 * the six signals of one login. On Node 20.20.2 it took per login:
 *
 * | Signals | µs |
 * |---|---:|
 * | these classes | 1.6 (1.4 to 2.2) |
 * | `AbortController` with `AbortSignal.any` | 81 (63 to 99) |
 * | `AbortController` with `AbortSignal.timeout` | 69 (61 to 79) |
 *
 * A whole PLAIN login without the network takes 27 µs (`npm run bench:own`). If a later Node comes close, its own signals
 * can replace these.
 */
export class LightSignal implements Signal {
  #aborted = false
  #reason: unknown
  // An array, not a Set: a login creates several signals with one or two listeners each. Only the signal of `close()`
  // has a listener for every login in flight. Logins end roughly in the order they began, so `indexOf` finds each soon.
  #listeners: (() => void)[] | undefined

  get aborted(): boolean {
    return this.#aborted
  }

  get reason(): unknown {
    return this.#reason
  }

  /** Aborts the signal and calls its listeners. Does nothing the second time. */
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
    const index = this.#listeners?.indexOf(listener) ?? -1
    if (index >= 0) this.#listeners?.splice(index, 1)
  }
}

/** Throws the signal's reason if the signal was aborted. */
export function throwIfAborted(signal: Signal): void {
  if (signal.aborted) throw signal.reason
}
