import { RedisStore as RedisSessionStore } from 'connect-redis'
import { RedisStore as RedisRateLimitStore, type RedisReply } from 'rate-limit-redis'
import type { SetOptions } from 'redis'
import { connectRedis } from './redis-connection'
import { END_TTL_MS, MAX_FORM_IDLE_MS, MAX_IDLE_MS } from './revocations'
import type { Stores } from './stores'

/** the count of all ends */
const ENDS = 'ends'
/** Both at once: of two ends of one account the later number must stay. */
const END = "local number = redis.call('INCR', KEYS[1]) redis.call('SET', KEYS[2], number, 'PX', ARGV[1]) return number"

/** Stores that several processes share. Rejects when Redis cannot be reached at the start. */
export async function openRedisStores(url: string): Promise<Stores> {
  const { ask, close } = await connectRedis(url)
  const endKey = (of: string) => `end:${of}`
  return {
    sessions: new RedisSessionStore({
      prefix: 'session:',
      ttl: ({ login }) => (login ? MAX_IDLE_MS : MAX_FORM_IDLE_MS) / 1_000,
      client: {
        get: (key: string) => ask(client => client.get(key)),
        set: (key: string, value: string, options: SetOptions) => ask(client => client.set(key, value, options)),
        expire: (key: string, seconds: number) => ask(client => client.expire(key, seconds)),
        del: (keys: string[]) => ask(client => client.del(keys)),
      },
    }),
    generations: {
      now: async () => Number((await ask(client => client.get(ENDS))) ?? 0),
      lastEnd: async of => Number((await ask(client => client.get(endKey(of)))) ?? 0),
      async end(of) {
        const keys = [ENDS, endKey(of)]
        return Number(await ask(client => client.eval(END, { keys, arguments: [String(END_TTL_MS)] })))
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
