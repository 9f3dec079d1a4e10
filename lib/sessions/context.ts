import type { AbortSignalLike } from '../time/light-signal'

/** What belongs to one visitor's request. */
export interface LoginContext {
  /** aborted when nobody waits for the answer any more */
  signal?: AbortSignalLike
  /** the visitor's IP address, sent as `X-Forwarded-For` so that the server's bans hit the visitor and not the app */
  clientIp?: string
}
