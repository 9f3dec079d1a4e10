/*
 * Scripts of the store. Each is atomic, so that an entry and its indexes never disagree, and so that of two processes that
 * redeem one code or token, one wins. Times are those of Redis: all processes share its clock. A script that ends an entry
 * deletes first and marks its id last: a full Redis refuses the mark, and every save as well.
 */
import { ENDED, ENDED_MS, ENTRY, GRANTS, LEAVING_MS, MEMBERS, SESSIONS, UID } from './keys'

/** Functions that the scripts share. */
export const COMMON = `
local function micros()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local function now()
  return math.floor(micros() / 1000)
end

local function mark(id)
  redis.pcall('SET', '${ENDED}' .. id, '', 'PX', ${ENDED_MS})
end

local function hasEnded(id)
  return redis.call('EXISTS', '${ENDED}' .. id) == 1
end

local function outlive(key, ms)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end

local function over(key, most)
  if redis.call('ZCARD', key) <= most then return nil end
  return redis.call('ZPOPMIN', key)[1]
end

local function save(key, payload, ms, field, value)
  redis.call('HSET', key, 'payload', payload, field, value)
  redis.call('PEXPIRE', key, ms)
end

local function list(key, id, ms)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now())
  redis.call('ZADD', key, now() + ms, id)
  outlive(key, ms)
end

local function revoke(grant)
  local members = '${MEMBERS}' .. grant
  for _, key in ipairs(redis.call('ZRANGE', members, 0, -1)) do redis.call('DEL', key) end
  redis.call('DEL', members)
end

local function endGrant(id)
  local key = '${ENTRY}Grant:' .. id
  local account = redis.call('HGET', key, 'account')
  if account then redis.call('ZREM', '${GRANTS}' .. account, id) end
  redis.call('DEL', key)
  revoke(id)
  mark('Grant:' .. id)
end

local function endSession(uid)
  local found = redis.call('HMGET', '${UID}' .. uid, 'id', 'account')
  if found[1] then redis.call('DEL', '${ENTRY}Session:' .. found[1]) end
  if found[2] then redis.call('ZREM', '${SESSIONS}' .. found[2], uid) end
  redis.call('DEL', '${UID}' .. uid)
  mark('uid:' .. uid)
end
`

/** KEYS: entry. ARGV: payload, ms. */
export const SAVE = `${COMMON}
save(KEYS[1], ARGV[1], ARGV[2], 'kept', 1)`

/** KEYS: entry, grant, entries of the grant. ARGV: payload, ms, id of the grant, most entries. Returns 0 when the grant ended. */
export const SAVE_OF_GRANT = `${COMMON}
if redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
save(KEYS[1], ARGV[1], ARGV[2], 'grant', ARGV[3])
redis.call('ZADD', KEYS[3], micros(), KEYS[1])
outlive(KEYS[3], tonumber(ARGV[2]))
local oldest = over(KEYS[3], tonumber(ARGV[4]))
if oldest then redis.call('DEL', oldest) end
return 1`

/** KEYS: entry. ARGV: payload, ms, id, account (empty without one), most grants of an account. */
export const SAVE_GRANT = `${COMMON}
local id, account, ms = ARGV[3], ARGV[4], tonumber(ARGV[2])
if hasEnded('Grant:' .. id) then return 0 end
save(KEYS[1], ARGV[1], ms, 'account', account)
if account == '' then return 1 end
list('${GRANTS}' .. account, id, ms)
local first = over('${GRANTS}' .. account, tonumber(ARGV[5]))
if first then endGrant(first) end
return 1`

/** KEYS: entry. ARGV: payload, ms, id, account (empty without one), most sessions of an account, uid. */
export const SAVE_SESSION = `${COMMON}
local id, account, ms, uid = ARGV[3], ARGV[4], tonumber(ARGV[2]), ARGV[6]
if hasEnded('Session:' .. id) or hasEnded('uid:' .. uid) then return 0 end
local before = redis.call('HGET', '${UID}' .. uid, 'account')
if before and before ~= account then redis.call('ZREM', '${SESSIONS}' .. before, uid) end
save(KEYS[1], ARGV[1], ms, 'uid', uid)
redis.call('HSET', '${UID}' .. uid, 'id', id, 'account', account)
redis.call('PEXPIRE', '${UID}' .. uid, ms)
if account == '' then return 1 end
list('${SESSIONS}' .. account, uid, ms)
local first = over('${SESSIONS}' .. account, tonumber(ARGV[5]))
if first then endSession(first) end
return 1`

/** KEYS: uid. Returns payload and consumption of its session. */
export const FIND_BY_UID = `
local id = redis.call('HGET', KEYS[1], 'id')
if not id then return {} end
return redis.call('HMGET', '${ENTRY}Session:' .. id, 'payload', 'consumed')`

/** KEYS: entry. Returns 0 when it was consumed before, which ends its grant, or when it is gone. */
export const CONSUME = `${COMMON}
local found = redis.call('HMGET', KEYS[1], 'payload', 'consumed', 'grant')
if not found[1] then return 0 end
if not found[2] then
  redis.call('HSET', KEYS[1], 'consumed', math.floor(micros() / 1000000))
  return 1
end
if found[3] then endGrant(found[3]) end
return 0`

/** KEYS: entry. */
export const DESTROY = `
local grant = redis.call('HGET', KEYS[1], 'grant')
if grant then redis.call('ZREM', '${MEMBERS}' .. grant, KEYS[1]) end
redis.call('DEL', KEYS[1])`

/** KEYS: entry. ARGV: id. */
export const DESTROY_GRANT = `${COMMON}
endGrant(ARGV[1])`

/** KEYS: entry. ARGV: id. */
export const DESTROY_SESSION = `${COMMON}
local uid = redis.call('HGET', KEYS[1], 'uid')
redis.call('DEL', KEYS[1])
if uid then
  local found = redis.call('HMGET', '${UID}' .. uid, 'id', 'account')
  if found[1] == ARGV[1] then
    redis.call('DEL', '${UID}' .. uid)
    redis.pcall('ZADD', '${SESSIONS}' .. found[2], 'XX', now() + ${LEAVING_MS}, uid)
  end
end
mark('Session:' .. ARGV[1])`

/** KEYS: uid. ARGV: uid. */
export const END_SESSION = `${COMMON}
endSession(ARGV[1])`

/** KEYS: entries of the grant. ARGV: id of the grant. */
export const REVOKE = `${COMMON}
revoke(ARGV[1])`

/** KEYS: index of an account. Returns the ids that have not reached their end. */
export const LISTED = `${COMMON}
return redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now(), '+inf')`
