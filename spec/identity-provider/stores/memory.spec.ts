import { openProviderStore } from '../../../identity-provider/stores'
import { openMemoryProviderStore } from '../../../identity-provider/stores/memory'
import { MODELS } from '../../../identity-provider/stores/models'
import type { ProviderStore } from '../../../identity-provider/stores/provider-store'
import { ALICE, entriesIn, testStore } from './cases'

let store: ProviderStore

beforeEach(async () => {
  store = await openProviderStore(undefined)
})
afterEach(async () => {
  jest.useRealTimers()
  await store.close()
})

testStore('the memory store', () => store)

test('the memory store forgets an entry when its lifetime is over, with its indexes', async () => {
  jest.useFakeTimers()
  const { session, grant, save, find } = entriesIn(store)
  await session('s', 'u', ALICE, 10)
  await grant('g', ALICE, 20)
  await save('AccessToken', 'at', { grantId: 'g' }, 20)
  jest.setSystemTime(Date.now() + 10_001)
  expect(await find('Session', 's')).toBeUndefined()
  expect(await store.ofAccount(ALICE)).toEqual({ sessions: [], grants: ['g'] })
  jest.setSystemTime(Date.now() + 10_001)
  expect(await find('AccessToken', 'at')).toBeUndefined()
  expect(await store.ofAccount(ALICE)).toEqual({ sessions: [], grants: [] })
})

test('the memory store forgets bindings and profiles when their time is over', async () => {
  jest.useFakeTimers()
  await store.bindings.bind('sid', 'u', 1_000)
  await store.bindings.move('sid', 'new sid')
  await store.profiles.put(ALICE, { name: 'Alice' }, 1_000)
  jest.setSystemTime(Date.now() + 1_001)
  expect(await store.bindings.uidsOf('new sid')).toEqual([])
  expect(await store.bindings.sidOf('u')).toBeUndefined()
  expect(await store.profiles.get(ALICE)).toBeUndefined()
})

test('the memory store drops the least recently used entry of a full model, with what belongs to it', async () => {
  const full = openMemoryProviderStore({ ...MODELS, Grant: 2, Session: 2 })
  const { grantWithTokens, leftOf, session } = entriesIn(full)
  for (const id of ['g1', 'g2']) await grantWithTokens(id, ALICE)
  await full.adapter('Grant').find('g1')
  await grantWithTokens('g3', ALICE)
  expect(await leftOf('g2')).toEqual([])
  expect(await leftOf('g1')).toHaveLength(4)
  for (const n of [1, 2, 3]) await session(`s${n}`, `u${n}`, ALICE)
  const { sessions, grants } = await full.ofAccount(ALICE)
  expect([sessions.sort(), grants.sort()]).toEqual([
    ['u2', 'u3'],
    ['g1', 'g3'],
  ])
  expect(await full.adapter('Session').findByUid('u1')).toBeUndefined()
})

test('the memory store drops the oldest profiles when their pictures take too much room', async () => {
  const picture = { type: 'image/png', bytes: Buffer.alloc(64 * 1024) } as const
  for (let n = 0; n < 600; n++) await store.profiles.put(`xmpp:user${n}@localhost`, { picture }, 60_000)
  expect(await store.profiles.get('xmpp:user0@localhost')).toBeUndefined()
  expect(await store.profiles.get('xmpp:user599@localhost')).toEqual({ picture })
  // A profile that takes the place of another is counted once.
  for (let n = 0; n < 600; n++) await store.profiles.put(ALICE, { picture }, 60_000)
  expect(await store.profiles.get('xmpp:user599@localhost')).toEqual({ picture })
})

test('the memory store is ready, and empty after its end', async () => {
  const { session } = entriesIn(store)
  await session('s', 'u', ALICE)
  expect(await store.isReady()).toBe(true)
  await store.close()
  expect(await store.ofAccount(ALICE)).toEqual({ sessions: [], grants: [] })
})
