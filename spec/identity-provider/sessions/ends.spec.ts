import type { Provider } from '../../../identity-provider/provider/oidc'
import { SessionEnds } from '../../../identity-provider/sessions/ends'
import { openMemoryProviderStore } from '../../../identity-provider/stores/memory'
import type { Log } from '../../../login-site/operation/log'

const ALICE = 'xmpp:alice@localhost'
const JID = 'alice@localhost'
const TTL_S = 100

/** A provider whose sessions are those of the store, and whose clients note what they are told. */
async function opened({ away = [] as string[] } = {}) {
  const store = openMemoryProviderStore()
  const told: (readonly [client: string, accountId: string, sid: string | undefined])[] = []
  const log = { error: jest.fn() } as unknown as Log
  const provider = {
    Session: { findByUid: async (uid: string) => store.adapter('Session').findByUid(uid) },
    Client: {
      find: async (id: string) => ({
        clientId: id,
        ...(id !== 'silent' && { backchannelLogoutUri: `https://${id}.example/out` }),
        async backchannelLogout(accountId: string, sid: string | undefined) {
          if (away.includes(id)) throw new Error('cannot sign')
          told.push([id, accountId, sid])
        },
      }),
    },
  }
  const ends = new SessionEnds({ store, log })
  ends.serve(provider as unknown as Pick<Provider, 'Session' | 'Client'>)
  const add = async (uid: string, clients: readonly string[], sid: string) => {
    const given = clients.map(client => [client, { grantId: `${uid} ${client}`, sid: `${uid} sid` }] as const)
    for (const [, { grantId }] of given) {
      await store.adapter('Grant').upsert(grantId, { accountId: ALICE, kind: 'Grant' }, TTL_S)
      await store.adapter('RefreshToken').upsert(`token of ${grantId}`, { grantId }, TTL_S)
    }
    const authorizations = Object.fromEntries(given)
    await store.adapter('Session').upsert(`id of ${uid}`, { uid, accountId: ALICE, authorizations }, TTL_S)
    await store.bindings.bind(sid, uid, 1_000 * TTL_S)
  }
  const has = async (uid: string, client: string) => {
    const found = await Promise.all([
      store.adapter('Session').findByUid(uid),
      store.adapter('Grant').find(`${uid} ${client}`),
      store.adapter('RefreshToken').find(`token of ${uid} ${client}`),
    ])
    return found.map(Boolean)
  }
  return { store, ends, told, log, add, has }
}

const ALL = [true, true, true]
const NONE = [false, false, false]

test('the end of a session of the site ends provider session, grants and tokens, and tells its clients', async () => {
  const { ends, told, add, has, store } = await opened()
  await add('u1', ['wiki', 'silent'], 's1')
  await add('u2', ['wiki'], 's2')
  await ends.ended(['s1'])
  expect(await has('u1', 'wiki')).toEqual(NONE)
  expect(await has('u1', 'silent')).toEqual(NONE)
  expect(await has('u2', 'wiki')).toEqual(ALL)
  expect(told).toEqual([['wiki', ALICE, 'u1 sid']])
  expect(await store.bindings.uidsOf('s1')).toEqual([])
})

test('a session of the site without a provider session ends nothing', async () => {
  const { ends, told, add, has } = await opened()
  await add('u1', ['wiki'], 's1')
  await ends.ended(['other'])
  expect(await has('u1', 'wiki')).toEqual(ALL)
  expect(told).toEqual([])
})

test('the end of all sessions of an account ends those as well that no session of the site is bound to', async () => {
  const { ends, told, add, has, store } = await opened()
  await add('u1', ['wiki'], 's1')
  await add('u2', ['forum'], 's2')
  await store.bindings.forget('s2')
  await store.adapter('Grant').upsert('lost', { accountId: ALICE, kind: 'Grant' }, TTL_S)
  await store.profiles.put(ALICE, { name: 'Alice' }, 1_000 * TTL_S)
  await ends.endedAll(JID, ['s1'])
  expect(await has('u1', 'wiki')).toEqual(NONE)
  expect(await has('u2', 'forum')).toEqual(NONE)
  expect(await store.adapter('Grant').find('lost')).toBeUndefined()
  expect(await store.profiles.get(ALICE)).toBeUndefined()
  expect(told.map(([client]) => client).sort()).toEqual(['forum', 'wiki'])
})

test('a grant that is saved while the sessions of its account end goes with them', async () => {
  const { ends, store, add } = await opened()
  await add('u1', ['wiki'], 's1')
  const { endSession } = store
  jest.spyOn(store, 'endSession').mockImplementation(async uid => {
    await store.adapter('Grant').upsert('late', { accountId: ALICE, kind: 'Grant' }, TTL_S)
    return endSession.call(store, uid)
  })
  await ends.endedAll(JID, ['s1'])
  expect(await store.ofAccount(ALICE)).toEqual({ sessions: [], grants: [] })
})

test('the profile of an account goes with its last provider session', async () => {
  const { ends, add, store } = await opened()
  await store.profiles.put(ALICE, { name: 'Alice' }, 1_000 * TTL_S)
  await add('u1', ['wiki'], 's1')
  await add('u2', ['wiki'], 's2')
  await ends.ended(['s1'])
  expect(await store.profiles.get(ALICE)).toEqual({ name: 'Alice' })
  await ends.ended(['s2'])
  expect(await store.profiles.get(ALICE)).toBeUndefined()
})

test('a client that cannot be told does not keep the others from being told', async () => {
  const { ends, told, log, add, has } = await opened({ away: ['wiki'] })
  await add('u1', ['wiki', 'forum'], 's1')
  await ends.ended(['s1'])
  expect(told.map(([client]) => client)).toEqual(['forum'])
  expect(await has('u1', 'wiki')).toEqual(NONE)
  expect(log.error).toHaveBeenCalledTimes(1)
})

test('the sign-out at the site succeeds although the store of the provider is away', async () => {
  const { ends, store, log } = await opened()
  const away = async () => Promise.reject(new Error('Redis: no answer'))
  Object.assign(store.bindings, { uidsOf: away, move: away })
  await ends.ended(['s1'])
  await ends.replaced('s1', 's2')
  expect(log.error).toHaveBeenCalledTimes(2)
})

test('a sign-in of the same account in the same browser keeps the provider session', async () => {
  const { ends, add, has, store, told } = await opened()
  await add('u1', ['wiki'], 's1')
  await ends.replaced('s1', 's2')
  expect(await has('u1', 'wiki')).toEqual(ALL)
  expect(told).toEqual([])
  expect(await store.bindings.sidOf('u1')).toBe('s2')
  await ends.ended(['s2'])
  expect(await has('u1', 'wiki')).toEqual(NONE)
})
