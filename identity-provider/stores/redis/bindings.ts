import type { RedisConnection } from 'passport-xmpp-bosh-login-site/stores/redis-connection'
import { type Bindings, MAX_BOUND } from '../provider-store'
import { runOf } from './adapter'
import { BOUND, SITE_SESSION } from './keys'
import { COMMON } from './scripts'

/** KEYS: uids of the session of the site. ARGV: sid, uid, ms, most uids. */
const BIND = `${COMMON}
local sid, uid, ms = ARGV[1], ARGV[2], tonumber(ARGV[3])
local before = redis.call('GET', '${SITE_SESSION}' .. uid)
if before then redis.call('ZREM', '${BOUND}' .. before, uid) end
redis.call('SET', '${SITE_SESSION}' .. uid, sid, 'PX', ms)
redis.call('ZADD', KEYS[1], micros(), uid)
outlive(KEYS[1], ms)
local first = over(KEYS[1], tonumber(ARGV[4]))
if not first then return end
redis.call('DEL', '${SITE_SESSION}' .. first)
endSession(first)`

/** KEYS: uids of the session of the site. Returns those with a binding that has not ended. */
const UIDS = `
local uids = {}
for _, uid in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('EXISTS', '${SITE_SESSION}' .. uid) == 1 then uids[#uids + 1] = uid end
end
return uids`

/** KEYS: uids of the old and of the new id. ARGV: new id. */
const MOVE = `${COMMON}
local ms = redis.call('PTTL', KEYS[1])
if ms < 0 then return end
local uids = redis.call('ZRANGE', KEYS[1], 0, -1, 'WITHSCORES')
redis.call('DEL', KEYS[1])
for n = 1, #uids, 2 do
  redis.call('SET', '${SITE_SESSION}' .. uids[n], ARGV[1], 'XX', 'KEEPTTL')
  redis.call('ZADD', KEYS[2], uids[n + 1], uids[n])
end
outlive(KEYS[2], ms)`

/** KEYS: uids of the session of the site. */
const FORGET = `
for _, uid in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do redis.call('DEL', '${SITE_SESSION}' .. uid) end
redis.call('DEL', KEYS[1])`

/** Opens the bindings that several processes share. */
export function redisBindings(ask: RedisConnection['ask']): Bindings {
  const run = runOf(ask)
  return {
    async bind(sid, uid, ms) {
      await run(BIND, [BOUND + sid], [sid, uid, ms, MAX_BOUND])
    },
    async uidsOf(sid) {
      const found = await run(UIDS, [BOUND + sid])
      return Array.isArray(found) ? found.map(String) : []
    },
    sidOf: async uid => (await ask(client => client.get(SITE_SESSION + uid))) ?? undefined,
    async move(old, sid) {
      if (old !== sid) await run(MOVE, [BOUND + old, BOUND + sid], [sid])
    },
    async forget(sid) {
      await run(FORGET, [BOUND + sid])
    },
  }
}
