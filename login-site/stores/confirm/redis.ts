import type { AbortSignalLike, ConfirmRecord, ConfirmStore } from 'passport-xmpp-bosh'
import type { RedisConnection } from '../redis-connection'
import { type Changes, openChanges } from './changes'
import {
  ACCOUNT,
  ADD,
  ALL,
  ASKED,
  BIND,
  BY_CODE,
  CODE,
  COUNT,
  COUNTER,
  DECIDE,
  MARK,
  REQUEST,
  STATE,
  TAKE,
  WAITING_FOR,
} from './scripts'

/** requests kept at a time, of all processes together */
const MAX_REQUESTS = 1_000
/** answerable requests of one account that wait at a time */
const MAX_PER_ACCOUNT = 3
const REFUSALS = ['full', 'limited', 'number-taken'] as const
/** ms between two looks at a request while changes are not announced to this process */
const LOOK_MS = 1_000

/** Store of requests, with the end of its connection for announcements. */
export interface RedisConfirmations extends ConfirmStore {
  close(): void
}

/** Opens a store of requests that several processes share. */
export function redisConfirmations(
  { ask, create }: Pick<RedisConnection, 'ask' | 'create'>,
  max = MAX_REQUESTS,
): RedisConfirmations {
  const changes = openChanges(create)
  const run = (script: string, keys: string[], given: readonly (string | number)[] = []) =>
    ask(client => client.eval(script, { keys, arguments: given.map(String) }))
  return {
    async add(record) {
      const { id, jid, number, code, isAnswerable, expiresAt } = record
      const account = isAnswerable && jid !== undefined ? ACCOUNT + jid : ''
      const keys = [REQUEST + id, ALL, account, code === '' ? '' : CODE + code]
      // A time to live of 0 is an error to Redis.
      const ms = Math.max(1, expiresAt - Date.now())
      const added = await run(ADD, keys, [id, ms, max, MAX_PER_ACCOUNT, number, ...fieldsOf(record)])
      return REFUSALS.find(refusal => refusal === added) ?? 'added'
    },
    get: async id => recordIn(Object.entries(await ask(client => client.hGetAll(REQUEST + id))).flat()),
    async waitingFor(jid) {
      const found = await run(WAITING_FOR, [ACCOUNT + jid])
      return Array.isArray(found) ? found.flatMap(hash => recordIn(hash) ?? []) : []
    },
    byCode: async code => (code === '' ? undefined : recordIn(await run(BY_CODE, [CODE + code]))),
    bind: async (id, jid) => (await run(BIND, [REQUEST + id, ACCOUNT + jid], [id, jid])) === 1,
    async asked(id, asked) {
      await run(ASKED, [REQUEST + id], [asked])
    },
    async decide(id, { state, way }) {
      const fields = ['state', state, ...(way === undefined ? [] : ['way', way])]
      return (await run(DECIDE, [REQUEST + id], [id, ...fields])) === 1
    },
    take: async id => recordIn(await run(TAKE, [REQUEST + id, ALL], [id])),
    count: async (key, windowMs) => Number(await run(COUNT, [COUNTER + key], [windowMs])),
    async mark(key, ms) {
      const set = { condition: 'NX', expiration: { type: 'PX', value: ms } } as const
      return (await ask(client => client.set(MARK + key, '1', set))) === 'OK'
    },
    isMarked: async key => (await ask(client => client.exists(MARK + key))) === 1,
    async unmark(key) {
      await ask(client => client.del(MARK + key))
    },
    changed: (id, ms, signal) => untilChanged(changes, () => run(STATE, [REQUEST + id]), { id, ms, signal }),
    close: () => changes.close(),
  }
}

interface Wait {
  readonly id: string
  readonly ms: number
  readonly signal: AbortSignalLike | undefined
}

/** Resolves when a request is decided or gone, and at the latest after `ms`. */
async function untilChanged(changes: Changes, look: () => Promise<unknown>, { id, ms, signal }: Wait): Promise<void> {
  const until = performance.now() + ms
  // Before the first look, so that no change falls between the two.
  const watch = changes.watch(id)
  try {
    if ((await look()) !== 'waiting') return
    for (;;) {
      const remaining = until - performance.now()
      if (watch.isChanged || signal?.aborted || remaining <= 0) return
      await watch.wait(changes.isHeard ? remaining : Math.min(remaining, LOOK_MS), signal)
      if (!watch.isChanged && (await look()) !== 'waiting') return
    }
  } finally {
    watch.end()
  }
}

/** Returns the fields of the hash. Those that change are fields of their own. */
function fieldsOf(record: ConfirmRecord): string[] {
  const { jid, way, number, code, state, asked, isAnswerable } = record
  return [
    ...['request', JSON.stringify(record), 'number', number, 'code', code],
    ...['state', state, 'asked', asked, 'isAnswerable', isAnswerable ? '1' : '0'],
    ...(jid === undefined ? [] : ['jid', jid]),
    ...(way === undefined ? [] : ['way', way]),
  ]
}

/** Reads a hash as Redis lists it: names and values in turns. */
function recordIn(hash: unknown): ConfirmRecord | undefined {
  if (!Array.isArray(hash) || hash.length === 0) return undefined
  const fields = new Map<string, string>()
  for (let at = 0; at < hash.length; at += 2) fields.set(String(hash[at]), String(hash[at + 1]))
  const { request = '', number: _, code: __, isAnswerable, ...present } = Object.fromEntries(fields)
  return { ...JSON.parse(request), ...present, isAnswerable: isAnswerable === '1' }
}
