import { openMemoryStores } from './memory'
import { openRedisStores } from './redis'
import type { Stores } from './stores'

export type { Stores }

/** Opens the stores in Redis. Without its URL they are in this process: not shared, and lost at its end. */
export async function openStores(redisUrl: string | undefined): Promise<Stores> {
  return redisUrl === undefined ? openMemoryStores() : openRedisStores(redisUrl)
}
