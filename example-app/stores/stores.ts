import type { Store as RateLimitStore } from 'express-rate-limit'
import type { Store as SessionStore } from 'express-session'
import type { Generations } from './revocations'

/** Everything the app remembers. In one place, so that two processes can share it. */
export interface Stores {
  readonly sessions: SessionStore
  readonly generations: Generations
  /** counters of one kind of attempts */
  rateLimit(name: string): RateLimitStore
  /** false: nobody can be served at the moment */
  isReady(): Promise<boolean>
  close(): Promise<void>
}
