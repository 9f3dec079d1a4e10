import { LONGEST_SESSION_MS } from '../lifetimes'
import type { RedisConnection } from '../redis-connection'
import { type AccountSessions, MAX_SESSIONS_PER_ACCOUNT, SEEN_STEP_MS } from './account-sessions'

/** A sorted set an account: ids of sessions by the time of their last use. */
const PREFIX = 'sessions:'

/** Atomic: of two logins at once, each makes room. */
const ADD = `
local over = redis.call('ZCARD', KEYS[1]) + 1 - tonumber(ARGV[3])
local evicted = {}
if over > 0 then evicted = redis.call('ZRANGE', KEYS[1], 0, over - 1) end
if over > 0 then redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over - 1) end
redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
return evicted`

/**
 * Atomic: a session that is removed at the same time does not come back. A full Redis refuses to write, which `pcall`
 * ignores: a visitor stays signed in without the time of the last use.
 */
const SEEN = `
local last = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not last then return 0 end
if tonumber(ARGV[2]) - tonumber(last) >= tonumber(ARGV[3]) then
  redis.pcall('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.pcall('PEXPIRE', KEYS[1], ARGV[4])
end
return 1`

/** Opens the sessions of accounts that several processes share. */
export function redisAccountSessions(
  ask: RedisConnection['ask'],
  perAccount = MAX_SESSIONS_PER_ACCOUNT,
): AccountSessions {
  const keyOf = (jid: string) => PREFIX + jid
  const run = (script: string, jid: string, given: readonly (string | number)[]) =>
    ask(client => client.eval(script, { keys: [keyOf(jid)], arguments: given.map(String) }))
  const remove: AccountSessions['remove'] = async (jid, sid) =>
    (await ask(client => client.zRem(keyOf(jid), sid))) === 1
  const add: AccountSessions['add'] = async (jid, sid, now) => {
    const evicted = await run(ADD, jid, [sid, now, perAccount, LONGEST_SESSION_MS])
    return Array.isArray(evicted) ? evicted.map(String) : []
  }
  return {
    add,
    async replace(jid, earlier, sid, now) {
      await remove(jid, earlier)
      return add(jid, sid, now)
    },
    seen: async (jid, sid, now) => (await run(SEEN, jid, [sid, now, SEEN_STEP_MS, LONGEST_SESSION_MS])) === 1,
    async list(jid) {
      const found = await ask(client => client.zRangeWithScores(keyOf(jid), 0, -1))
      return found.map(({ value, score }) => ({ sid: value, lastSeen: score }))
    },
    remove,
    async removeAll(jid) {
      await ask(client => client.del(keyOf(jid)))
    },
  }
}
