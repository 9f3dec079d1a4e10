import type { Store as RateLimitStore } from 'express-rate-limit'
import type { Store as SessionStore } from 'express-session'
import type { Generations } from './generations'
import { openMemoryStores } from './memory'
import { openRedisStores } from './redis'

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

/** In Redis, or, without its URL, in this process: for one process, and lost at every start. */
export async function openStores(redisUrl: string | undefined): Promise<Stores> {
  return redisUrl === undefined ? openMemoryStores() : openRedisStores(redisUrl)
}
