/*
 * Scripts of the store of requests. Each is atomic, so that two processes never decide or take one request twice. Times are
 * those of Redis, whose clock all processes share.
 */

/** A hash a request. Its field `request` is JSON of the request as it was added, the other fields are the present ones. */
export const REQUEST = 'confirm:request:'
/** A sorted set an account: ids of its requests that wait for its answer, by the time of their end. */
export const ACCOUNT = 'confirm:account:'
/** id of the waiting request with this code */
export const CODE = 'confirm:code:'
/** Sorted set of all requests, by the time of their end */
export const ALL = 'confirm:all'
/** channel on which the id of a changed request is announced */
export const CHANGED = 'confirm:changed'
export const COUNTER = 'confirm:count:'
export const MARK = 'confirm:mark:'

const COMMON = `
local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function index(key, id, ends)
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now())
  redis.call('ZADD', key, ends, id)
  local remaining = ends - now()
  if redis.call('PTTL', key) < remaining then redis.call('PEXPIRE', key, remaining) end
end

local function unindex(key, id)
  local found = redis.call('HMGET', key, 'jid', 'code')
  if found[1] then redis.call('ZREM', '${ACCOUNT}' .. found[1], id) end
  if found[2] and found[2] ~= '' then redis.call('DEL', '${CODE}' .. found[2]) end
end

local function announce(id)
  redis.call('PUBLISH', '${CHANGED}', id)
end
`

/**
 * KEYS: request, all, account (empty unless it can answer), code (empty without one). ARGV: id, ms, most requests, most of
 * an account, number, fields and values.
 */
export const ADD = `${COMMON}
local id, ms, number = ARGV[1], tonumber(ARGV[2]), ARGV[5]
local account, code = KEYS[3], KEYS[4]
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now())
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[3]) then return 'full' end
if account ~= '' then
  local others = redis.call('ZRANGEBYSCORE', account, '(' .. now(), '+inf')
  if #others >= tonumber(ARGV[4]) then return 'limited' end
  for _, other in ipairs(others) do
    if redis.call('HGET', '${REQUEST}' .. other, 'number') == number then return 'number-taken' end
  end
end
redis.call('HSET', KEYS[1], unpack(ARGV, 6))
redis.call('PEXPIRE', KEYS[1], ms)
index(KEYS[2], id, now() + ms)
if account ~= '' then index(account, id, now() + ms) end
if code ~= '' then redis.call('SET', code, id, 'PX', ms) end
return 'added'`

/** KEYS: request. Returns its state; nothing when it is gone. */
export const STATE = `
return redis.call('HGET', KEYS[1], 'state')`

/** KEYS: account. Returns the hashes of its requests that wait. */
export const WAITING_FOR = `${COMMON}
local found = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now(), '+inf')) do
  local request = redis.call('HGETALL', '${REQUEST}' .. id)
  if #request > 0 then found[#found + 1] = request end
end
return found`

/** KEYS: code. Returns the hash of its request. */
export const BY_CODE = `
local id = redis.call('GET', KEYS[1])
if not id then return {} end
return redis.call('HGETALL', '${REQUEST}' .. id)`

/** KEYS: request, account. ARGV: id, jid. */
export const BIND = `${COMMON}
local found = redis.call('HMGET', KEYS[1], 'state', 'jid')
if found[1] ~= 'waiting' or (found[2] and found[2] ~= ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], 'jid', ARGV[2], 'isAnswerable', '1')
index(KEYS[2], ARGV[1], now() + redis.call('PTTL', KEYS[1]))
return 1`

/** KEYS: request. ARGV: asked. Not announced: the end of a wait would tell whether the account exists. */
export const ASKED = `
if redis.call('HGET', KEYS[1], 'state') ~= 'waiting' then return 0 end
redis.call('HSET', KEYS[1], 'asked', ARGV[1])
return 1`

/** KEYS: request. ARGV: id, fields and values. */
export const DECIDE = `${COMMON}
if redis.call('HGET', KEYS[1], 'state') ~= 'waiting' then return 0 end
unindex(KEYS[1], ARGV[1])
redis.call('HSET', KEYS[1], unpack(ARGV, 2))
announce(ARGV[1])
return 1`

/** KEYS: request, all. ARGV: id. Returns its hash, which is gone from then on. */
export const TAKE = `${COMMON}
local request = redis.call('HGETALL', KEYS[1])
if #request == 0 then return request end
if redis.call('HGET', KEYS[1], 'state') == 'waiting' then unindex(KEYS[1], ARGV[1]) end
redis.call('DEL', KEYS[1])
redis.call('ZREM', KEYS[2], ARGV[1])
announce(ARGV[1])
return request`

/** KEYS: counter. ARGV: ms. */
export const COUNT = `
local count = redis.call('INCR', KEYS[1])
if count == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return count`
