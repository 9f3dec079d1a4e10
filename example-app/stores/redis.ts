import { RedisStore as RedisSessionStore } from 'connect-redis'
import { RedisStore as RedisRateLimitStore, type RedisReply } from 'rate-limit-redis'
import type { SetOptions } from 'redis'
import { GENERATION_TTL_MS, MAX_IDLE_MS } from './generations'
import { connectRedis } from './redis-connection'
import type { Stores } from './stores'

/** Stores that several processes share. Rejects when Redis cannot be reached at the start. */
export async function openRedisStores(url: string): Promise<Stores> {
  const { ask, close } = await connectRedis(url)
  const generationKey = (jid: string) => `generation:${jid}`
  return {
    sessions: new RedisSessionStore({
      prefix: 'session:',
      ttl: () => MAX_IDLE_MS / 1_000,
      client: {
        get: (key: string) => ask(client => client.get(key)),
        set: (key: string, value: string, options: SetOptions) => ask(client => client.set(key, value, options)),
        expire: (key: string, seconds: number) => ask(client => client.expire(key, seconds)),
        del: (keys: string[]) => ask(client => client.del(keys)),
      },
    }),
    generations: {
      current: async jid => Number((await ask(client => client.get(generationKey(jid)))) ?? 0),
      async end(jid) {
        const key = generationKey(jid)
        await ask(client => client.multi().incr(key).pExpire(key, GENERATION_TTL_MS).exec())
      },
    },
    rateLimit: name =>
      new RedisRateLimitStore({
        prefix: `limit:${name}:`,
        sendCommand: async (...command: string[]) => {
          const [verb, ...rest] = command
          // A script is sent with every call and never loaded: loaded ones are gone after a restart of Redis, and when
          // loading one again fails, the store would remember that failure for good.
          if (verb === 'SCRIPT') return rest[1] ?? ''
          const sent = verb === 'EVALSHA' ? ['EVAL', ...rest] : command
          return ask(client => client.sendCommand(sent) as unknown as Promise<RedisReply>)
        },
      }),
    isReady: () =>
      ask(client => client.ping()).then(
        () => true,
        () => false,
      ),
    async close() {
      close()
    },
  }
}
