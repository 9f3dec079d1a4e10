import { RedisStore as RedisSessionStore } from 'connect-redis'
import { RedisStore as RedisRateLimitStore, type RedisReply } from 'rate-limit-redis'
import { createClient } from 'redis'
import { GENERATION_TTL_MS } from './generations'
import type { Stores } from './stores'

const CONNECT_TIMEOUT_MS = 5_000
const MAX_RECONNECT_DELAY_MS = 2_000

/** Stores that several processes share. Rejects when Redis cannot be reached at the start. */
export async function openRedisStores(url: string): Promise<Stores> {
  let wasReady = false
  const client = createClient({
    url,
    // While Redis is away, a request is answered with an error at once: it does not wait in a queue without end.
    disableOfflineQueue: true,
    socket: {
      connectTimeout: CONNECT_TIMEOUT_MS,
      reconnectStrategy: (retries, cause) => (wasReady ? Math.min(50 * 2 ** retries, MAX_RECONNECT_DELAY_MS) : cause),
    },
  })
  // Each request that needed it reports its own failure.
  client.on('error', () => {})
  await client.connect()
  wasReady = true
  const generationKey = (jid: string) => `generation:${jid}`
  return {
    sessions: new RedisSessionStore({ client, prefix: 'session:' }),
    generations: {
      current: async jid => Number((await client.get(generationKey(jid))) ?? 0),
      async end(jid) {
        await client.multi().incr(generationKey(jid)).pExpire(generationKey(jid), GENERATION_TTL_MS).exec()
      },
    },
    rateLimit: name =>
      new RedisRateLimitStore({
        prefix: `limit:${name}:`,
        sendCommand: (...command: string[]) => client.sendCommand(command) as Promise<RedisReply>,
      }),
    async isReady() {
      return client.isReady
    },
    async close() {
      client.destroy()
    },
  }
}
