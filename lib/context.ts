/** An `AbortSignal`, as far as it matters here: node's own types are not needed to compile. */
export interface AbortSignalLike {
  readonly aborted: boolean
  addEventListener(type: 'abort', listener: () => void): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** What belongs to one visitor's request. */
export interface LoginContext {
  /** aborted when nobody waits for the answer any more */
  signal?: AbortSignalLike
  /** the visitor's IP address, sent as `X-Forwarded-For` so that the server's bans hit the visitor and not the app */
  clientIp?: string
}
