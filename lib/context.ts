/** An `AbortSignal`, as far as it matters here: node's own types are not needed to compile. */
export interface AbortSignalLike {
  /** true once nobody waits any more */
  readonly aborted: boolean
  /** Has `listener` called when that happens. */
  addEventListener(type: 'abort', listener: () => void): void
  /** Forgets `listener`. */
  removeEventListener(type: 'abort', listener: () => void): void
}

/** What belongs to one visitor's request. */
export interface LoginContext {
  /** aborted when nobody waits for the answer any more */
  signal?: AbortSignalLike
  /** the visitor's IP address, sent as `X-Forwarded-For` so that the server's bans hit the visitor and not the app */
  clientIp?: string
}
