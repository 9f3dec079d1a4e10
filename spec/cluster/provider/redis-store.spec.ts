import { setImmediate } from 'node:timers/promises'
import { connectRedis, type RedisConnection } from 'passport-xmpp-bosh-login-site/stores/redis-connection'
import { openProviderStore } from '../../../identity-provider/stores'
import type { ProviderStore } from '../../../identity-provider/stores/provider-store'
import { openRedisProviderStore } from '../../../identity-provider/stores/redis'
import { ENDED_MS, LEAVING_MS, PREFIX } from '../../../identity-provider/stores/redis/keys'
import { ALICE, BOB, entriesIn, testStore } from '../../identity-provider/stores/cases'
import { type Redis, startRedis } from '../servers/redis'

let redis: Redis
let direct: RedisConnection
let store: ProviderStore
let other: ProviderStore

beforeAll(async () => {
  redis = await startRedis()
  direct = await connectRedis(redis.url)
  store = await openProviderStore(redis.url)
  other = await openProviderStore(redis.url)
})
beforeEach(async () => {
  await direct.ask(client => client.flushAll())
})
afterAll(async () => {
  direct.close()
  await Promise.all([store.close(), other.close()])
  await redis?.stop()
})

testStore('the Redis store', () => store)

/** Lists the keys of the store. */
const keys = () => direct.ask(client => client.keys(`${PREFIX}*`))

async function untilReady(): Promise<void> {
  const deadline = AbortSignal.timeout(20_000)
  while (!(await store.isReady())) {
    deadline.throwIfAborted()
    await setImmediate()
  }
}

test('one of many requests of two processes redeems a code, and neither gets tokens that last', async () => {
  const { grantWithTokens } = entriesIn(store)
  for (let round = 0; round < 50; round++) {
    const grantId = `g${round}`
    await grantWithTokens(grantId, ALICE)
    const redeem = async (process: ProviderStore, n: number) => {
      await process.adapter('AuthorizationCode').consume(`AuthorizationCode of ${grantId}`)
      await process.adapter('RefreshToken').upsert(`${grantId} ${n}`, { grantId }, 600)
    }
    const ends = await Promise.allSettled([store, other, store, other].map(redeem))
    expect(ends.filter(({ status }) => status === 'fulfilled').length).toBeLessThanOrEqual(1)
    for (const n of [0, 1, 2, 3]) expect(await other.adapter('RefreshToken').find(`${grantId} ${n}`)).toBeUndefined()
  }
})

test('an account that ends in one process has nothing left that another process issues at the same time', async () => {
  const { session } = entriesIn(store)
  for (let round = 0; round < 20; round++) {
    await direct.ask(client => client.flushAll())
    await session('s', `u${round}`, ALICE)
    await entriesIn(store).grantWithTokens(`g${round}`, ALICE)
    const issue = async (n: number) => {
      await other.adapter('RefreshToken').upsert(`rt${n}`, { grantId: `g${round}`, accountId: ALICE }, 600)
      await other.adapter('Session').upsert(`s${n}`, { uid: `u${round}`, accountId: ALICE, jti: `s${n}` }, 600)
    }
    const end = async () => {
      const { sessions, grants } = await store.ofAccount(ALICE)
      await Promise.all([...sessions.map(store.endSession), ...grants.map(id => store.adapter('Grant').destroy(id))])
    }
    await Promise.allSettled([issue(0), issue(1), end(), issue(2), issue(3)])
    const left = (await keys()).filter(key => !key.startsWith(`${PREFIX}ended:`))
    // A session whose id was replaced meanwhile is an entry that no cookie and no uid leads to.
    expect(left.filter(key => !/^provider:entry:Session:s\d?$/.test(key))).toEqual([])
    expect(await other.adapter('Session').findByUid(`u${round}`)).toBeUndefined()
  }
})

test('an end of the account finds a provider session that gets a new id at the moment', async () => {
  const { session } = entriesIn(store)
  await session('s', 'u', ALICE)
  // oidc-provider destroys the old id and saves the new one next.
  await other.adapter('Session').destroy('s')
  const { sessions } = await store.ofAccount(ALICE)
  expect(sessions).toEqual(['u'])
  await store.endSession('u')
  await session('new', 'u', ALICE)
  expect(await other.adapter('Session').find('new')).toBeUndefined()
  const [left = 0] = await Promise.all([direct.ask(client => client.pTTL(`${PREFIX}sessions:${ALICE}`))])
  expect(left).toBeGreaterThan(LEAVING_MS)
})

test('every key of the Redis store has an end', async () => {
  const { session, grantWithTokens, save } = entriesIn(store)
  for (const n of [1, 2]) {
    await session(`s${n}`, `u${n}`, ALICE)
    await grantWithTokens(`g${n}`, ALICE)
  }
  for (const model of ['Interaction', 'PushedAuthorizationRequest', 'ReplayDetection'] as const)
    await save(model, 'x', {})
  await store.adapter('RefreshToken').consume('RefreshToken of g1')
  await store.endSession('u2')
  await store.adapter('Session').destroy('s1')
  await store.adapter('Grant').destroy('g2')
  await store.bindings.bind('sid', 'u', 60_000)
  await store.bindings.move('sid', 'new')
  await store.profiles.put(ALICE, {}, 60_000)
  await store.isReady()
  const all = await keys()
  expect(all.length).toBeGreaterThan(10)
  for (const key of all) {
    const ms = await direct.ask(client => client.pTTL(key))
    expect([key, ms > 0 && ms <= ENDED_MS]).toEqual([key, true])
  }
})

test('an index in Redis lives as long as its longest entry', async () => {
  const { grant, save } = entriesIn(store)
  await grant('g1', ALICE, 3_600)
  await grant('g2', ALICE, 60)
  await save('RefreshToken', 'rt', { grantId: 'g1' }, 3_000)
  await save('AccessToken', 'at', { grantId: 'g1' }, 60)
  const minutes = async (key: string) => Math.ceil((await direct.ask(client => client.pTTL(PREFIX + key))) / 60_000)
  expect(await minutes(`grants:${ALICE}`)).toBe(60)
  expect(await minutes('grant:g1')).toBe(50)
})

test('the Redis store does not list what expired', async () => {
  const { session, grant } = entriesIn(store)
  await session('s1', 'u1', ALICE, 0.001)
  await grant('g1', ALICE, 0.001)
  await session('s2', 'u2', ALICE)
  while ((await direct.ask(client => client.exists(`${PREFIX}entry:Grant:g1`))) === 1) await setImmediate()
  expect(await store.ofAccount(ALICE)).toEqual({ sessions: ['u2'], grants: [] })
})

test('an index over its bound ends the entry that goes', async () => {
  const bounded = await openRedisProviderStore(redis.url, {
    sessionsOfAccount: 2,
    grantsOfAccount: 2,
    entriesOfGrant: 3,
  })
  try {
    const { session, grantWithTokens, leftOf, save, find } = entriesIn(bounded)
    for (const n of [1, 2, 3]) {
      await session(`s${n}`, `u${n}`, ALICE, 100 + n)
      await grantWithTokens(`g${n}`, ALICE)
    }
    await session('of Bob', 'b', BOB)
    expect(await bounded.ofAccount(ALICE)).toEqual({ sessions: ['u2', 'u3'], grants: ['g2', 'g3'] })
    expect(await find('Session', 's1')).toBeUndefined()
    expect(await leftOf('g1')).toEqual([])
    await save('AccessToken', 'newest', { grantId: 'g3' })
    expect(await leftOf('g3')).toEqual(['Grant', 'AccessToken', 'RefreshToken'])
    expect(await find('Session', 'of Bob')).toBeDefined()
  } finally {
    await bounded.close()
  }
})

test('the keys of the Redis store begin with its prefix', async () => {
  const { session, grantWithTokens } = entriesIn(store)
  await session('s', 'u', ALICE)
  await grantWithTokens('g', ALICE)
  await store.profiles.put(ALICE, { name: 'Alice' }, 60_000)
  await store.bindings.bind('sid', 'u', 60_000)
  await store.isReady()
  expect((await direct.ask(client => client.keys('*'))).sort()).toEqual((await keys()).sort())
})

test('a full Redis ends sessions and grants, and saves none', async () => {
  const { session, grantWithTokens, leftOf, find } = entriesIn(store)
  await session('s', 'u', ALICE)
  await grantWithTokens('g', ALICE)
  await direct.ask(client => client.configSet('maxmemory', '1'))
  try {
    expect(await store.isReady()).toBe(false)
    await expect(session('s2', 'u2', ALICE)).rejects.toMatchObject({ status: 503 })
    await expect(store.adapter('AuthorizationCode').consume('AuthorizationCode of g')).rejects.toMatchObject({
      status: 503,
    })
    await store.endSession('u')
    await store.adapter('Grant').destroy('g')
    expect(await find('Session', 's')).toBeUndefined()
    expect(await leftOf('g')).toEqual([])
  } finally {
    await direct.ask(client => client.configSet('maxmemory', '0'))
  }
})

test('every operation fails with status 503 while Redis is away, and succeeds when it is back', async () => {
  const { find, session } = entriesIn(store)
  const operations: (() => Promise<unknown>)[] = [
    () => session('s', 'u', ALICE),
    () => find('Session', 's'),
    () => store.adapter('Session').findByUid('u'),
    () => store.adapter('Session').destroy('s'),
    () => store.adapter('AccessToken').revokeByGrantId('g'),
    () => store.ofAccount(ALICE),
    () => store.endSession('u'),
    () => store.bindings.bind('sid', 'u', 1_000),
    () => store.bindings.uidsOf('sid'),
    () => store.bindings.sidOf('u'),
    () => store.bindings.move('sid', 'new'),
    () => store.bindings.forget('new'),
    () => store.profiles.put(ALICE, {}, 1_000),
    () => store.profiles.get(ALICE),
    () => store.profiles.forget(ALICE),
  ]
  await redis.kill()
  for (const ask of operations) await expect(ask()).rejects.toMatchObject({ name: 'StoreError', status: 503 })
  expect(await store.isReady()).toBe(false)
  await redis.start()
  await untilReady()
  for (const ask of operations) await ask()
})
