import { openMemoryProviderStore } from './memory'
import type { ProviderStore } from './provider-store'
import { openRedisProviderStore } from './redis'

export type { ProviderStore }

/** Opens the store in Redis. Without its URL it is in this process: not shared, and lost at its end. */
export async function openProviderStore(redisUrl: string | undefined): Promise<ProviderStore> {
  return redisUrl === undefined ? openMemoryProviderStore() : openRedisProviderStore(redisUrl)
}
