import { openMemoryStores } from './memory'
import { openRedisStores } from './redis'
import type { Stores } from './stores'

export type { Stores }

/** In Redis, or, without its URL, in this process: for one process, and lost at every start. */
export async function openStores(redisUrl: string | undefined): Promise<Stores> {
  return redisUrl === undefined ? openMemoryStores() : openRedisStores(redisUrl)
}
