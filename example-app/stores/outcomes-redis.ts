import { type Known, LEASE_MS, OUTCOME_BOUNDS, OUTCOME_TTL_MS, type Outcomes } from './outcomes'
import type { RedisConnection } from './redis-connection'

/** value of a form whose outcome is awaited; an outcome is JSON */
const RUNNING = 'running'
const PREFIX = 'outcome:'
/** list of all claimed forms, oldest first */
const ALL = 'outcomes'

const FIND = "return { redis.call('GET', KEYS[1]), redis.call('PTTL', KEYS[1]) }"

/** Atomic: of two requests with one form, one acts. */
const CLAIM = `
local known = redis.call('GET', KEYS[1])
if known then return { known, redis.call('PTTL', KEYS[1]) } end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
for n = 2, 3 do
  redis.call('RPUSH', KEYS[n], KEYS[1])
  redis.call('PEXPIRE', KEYS[n], ARGV[2])
  if redis.call('LLEN', KEYS[n]) > tonumber(ARGV[n + 1]) then redis.call('DEL', redis.call('LPOP', KEYS[n])) end
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
