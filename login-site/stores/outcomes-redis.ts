import { type Known, LEASE_MS, OUTCOME_BOUNDS, OUTCOME_TTL_MS, type Outcomes } from './outcomes'
import type { RedisConnection } from './redis-connection'

/** value of a form whose outcome is awaited; an outcome is JSON */
const RUNNING = 'running'
const PREFIX = 'outcome:'
/** set of all claimed forms, by the time of the claim */
const ALL = 'outcomes'

const FIND = "return { redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1]) }"

/**
 * Atomic: of two requests with one form, one acts. A form that its visitor pushes out leaves the set of all as well: it
 * would still count there, and push out those of the others. Times are in microseconds, so that hardly two are equal.
 */
const CLAIM = `
local known = redis.call('GET', KEYS[1])
if known then return { known, redis.call('PTTL', KEYS[1]) } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
for n = 2, 3 do
  redis.call('ZREMRANGEBYSCORE', KEYS[n], '-inf', now - ARGV[2] * 1000)
  redis.call('ZADD', KEYS[n], now, KEYS[1])
  redis.call('PEXPIRE', KEYS[n], ARGV[2])
  if redis.call('ZCARD', KEYS[n]) > tonumber(ARGV[n + 1]) then
    local oldest = redis.call('ZPOPMIN', KEYS[n])[1]
    redis.call('DEL', oldest)
    redis.call('ZREM', KEYS[3], oldest)
  end
end
return { false, 0 }`

/** Opens a store of outcomes that several processes share. */
export function redisOutcomes(ask: RedisConnection['ask'], bounds = OUTCOME_BOUNDS): Outcomes {
  const keyOf = (identity: string) => PREFIX + identity
  const run = async (script: string, keys: string[], given: string[] = []) =>
    knownIn(await ask(client => client.eval(script, { keys, arguments: given })))
  return {
    find: identity => run(FIND, [keyOf(identity)]),
    claim(identity, visitor) {
      const given = [RUNNING, OUTCOME_TTL_MS, bounds.perVisitor, bounds.overall].map(String)
      return run(CLAIM, [keyOf(identity), `${ALL}:${visitor}`, ALL], given)
    },
    async settle(identity, outcome) {
      // Not for a claim that was dropped meanwhile.
      await ask(client => client.set(keyOf(identity), outcome, { condition: 'XX', expiration: 'KEEPTTL' }))
    },
    async release(identity) {
      await ask(client => client.del(keyOf(identity)))
    },
  }
}

function knownIn(answer: unknown): Known | undefined {
  const [value, remaining] = Array.isArray(answer) ? answer : []
  if (typeof value !== 'string') return undefined
  if (value !== RUNNING) return { state: 'settled', outcome: value }
  // By the clock of Redis, which all processes share.
  return { state: Number(remaining) <= OUTCOME_TTL_MS - LEASE_MS ? 'lost' : 'running' }
}
