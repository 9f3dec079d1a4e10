import { RedisStore as RedisSessionStore } from 'connect-redis'
import { RedisStore as RedisRateLimitStore, type RedisReply } from 'rate-limit-redis'
import type { SetOptions } from 'redis'
import { redisAccountSessions } from './account-sessions/redis'
import { cardKeyOf, redisCards } from './cards/redis'
import { redisConfirmations } from './confirm/redis'
import { lifetimeOf, REVOCATION_TTL_MS } from './lifetimes'
import { redisOutcomes } from './outcomes-redis'
import { connectRedis, type RedisConnection } from './redis-connection'
import type { Revocations } from './revocations'
import type { Stores } from './stores'

/** key that a readiness check writes */
const READY = 'ready'
const READY_TTL_MS = 60_000

type Ask = RedisConnection['ask']

/** Opens stores that several processes share. Rejects if Redis cannot be reached at the start. */
export async function openRedisStores(url: string, maxPerAccount?: number): Promise<Stores> {
  const { ask, create, close } = await connectRedis(url)
  const confirmations = redisConfirmations({ ask, create })
  return {
    sessions: redisSessions(ask),
    accountSessions: redisAccountSessions(ask, maxPerAccount),
    cards: redisCards(ask),
    revocations: redisRevocations(ask),
    outcomes: redisOutcomes(ask),
    confirmations,
    rateLimit: name => redisRateLimit(ask, name),
    countSessions: undefined,
    isReady: () =>
      // A write: a full Redis and a replica answer a PING.
      ask(client => client.set(READY, '1', { expiration: { type: 'PX', value: READY_TTL_MS } })).then(
        () => true,
        () => false,
      ),
    async close() {
      confirmations.close()
      close()
    },
  }
}

const SESSION = 'session:'

/** Opens the sessions. The card of a session lives as long. */
function redisSessions(ask: Ask): RedisSessionStore {
  const cardOf = (key: string) => cardKeyOf(key.slice(SESSION.length))
  return new RedisSessionStore({
    prefix: SESSION,
    ttl: ({ login }) => lifetimeOf(login).idleMs / 1_000,
    client: {
      get: (key: string) => ask(client => client.get(key)),
      set: (key: string, value: string, options: SetOptions) => ask(client => client.set(key, value, options)),
      async expire(key: string, seconds: number) {
        await ask(client => Promise.all([client.expire(key, seconds), client.expire(cardOf(key), seconds)]))
      },
      del: (keys: string[]) => ask(client => client.del([...keys, ...keys.map(cardOf)])),
    },
  })
}

/** key of the latest revocation's number */
const LATEST = 'ends'
/** Atomic: of two revocations of one account, the higher number must stay. */
const REVOKE =
  "local number = redis.call('INCR', KEYS[1]) redis.call('SET', KEYS[2], number, 'PX', ARGV[1]) return number"

function redisRevocations(ask: Ask): Revocations {
  const keyOf = (jid: string) => `end:${jid}`
  return {
    latest: async () => Number((await ask(client => client.get(LATEST))) ?? 0),
    lastRevocation: async jid => Number((await ask(client => client.get(keyOf(jid)))) ?? 0),
    async revoke(jid) {
      const keys = [LATEST, keyOf(jid)]
      return Number(await ask(client => client.eval(REVOKE, { keys, arguments: [String(REVOCATION_TTL_MS)] })))
    },
  }
}

function redisRateLimit(ask: Ask, name: string): RedisRateLimitStore {
  return new RedisRateLimitStore({
    prefix: `limit:${name}:`,
    sendCommand: async (...command: string[]) => {
      const [verb, ...rest] = command
      // Each call sends its script. A loaded script is lost when Redis restarts, and the rate limiter never recovers
      // from one failed attempt to load it again.
      if (verb === 'SCRIPT') return rest[1] ?? ''
      const sent = verb === 'EVALSHA' ? ['EVAL', ...rest] : command
      return ask(client => client.sendCommand(sent) as unknown as Promise<RedisReply>)
    },
  })
}
