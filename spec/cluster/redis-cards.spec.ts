import { promisify } from 'node:util'
import type { SessionData } from 'express-session'
import { cardKeyOf } from '../../login-site/stores/cards/redis'
import { lifetimeOf } from '../../login-site/stores/lifetimes'
import { openRedisStores } from '../../login-site/stores/redis'
import { connectRedis, type RedisConnection } from '../../login-site/stores/redis-connection'
import type { Stores } from '../../login-site/stores/stores'
import { type Redis, startRedis } from './servers/redis'

const IDLE_MS = lifetimeOf(undefined).idleMs
const PICTURE = { type: 'image/png', bytes: Buffer.from([0x89, 0x50, 0, 0xff]) } as const
const SESSION = { cookie: { originalMaxAge: 60_000 } } as SessionData

let redis: Redis
let stores: Stores
let direct: RedisConnection

beforeAll(async () => {
  redis = await startRedis()
  stores = await openRedisStores(redis.url)
  direct = await connectRedis(redis.url)
})
afterAll(async () => {
  direct.close()
  await stores.close()
  await redis?.stop()
})

const lifeOf = (sid: string) => direct.ask(client => client.pTTL(cardKeyOf(sid)))

test('Redis returns the card of a session, and nothing for another', async () => {
  await stores.cards.keep('one', { name: 'Alice', picture: PICTURE }, IDLE_MS)
  await stores.cards.keep('two', { name: 'Bob' }, IDLE_MS)
  expect(await stores.cards.head('one')).toEqual({ name: 'Alice', hasPicture: true })
  expect(await stores.cards.picture('one')).toEqual(PICTURE)
  expect(await stores.cards.head('two')).toEqual({ name: 'Bob', hasPicture: false })
  for (const sid of ['two', 'three']) expect(await stores.cards.picture(sid)).toBeUndefined()
})

test('a card in Redis takes the place of the one before', async () => {
  await stores.cards.keep('three', { name: 'Alice', picture: PICTURE }, IDLE_MS)
  await stores.cards.keep('three', { name: 'Bob' }, IDLE_MS)
  expect(await stores.cards.head('three')).toEqual({ name: 'Bob', hasPicture: false })
  expect(await stores.cards.picture('three')).toBeUndefined()
  await stores.cards.forget(['three'])
})

test('a card in Redis lives as long as its session, and goes with it', async () => {
  const { sessions } = stores
  await promisify(sessions.set.bind(sessions))('one', SESSION)
  await stores.cards.keep('one', { picture: PICTURE }, 1_000)
  expect(await lifeOf('one')).toBeLessThanOrEqual(1_000)
  await new Promise<void>(resolve => sessions.touch?.('one', SESSION, resolve))
  expect(await lifeOf('one')).toBeGreaterThan(IDLE_MS - 60_000)
  await promisify(sessions.destroy.bind(sessions))('one')
  expect(await stores.cards.picture('one')).toBeUndefined()
})

test('Redis forgets the cards of sessions that it keeps', async () => {
  for (const sid of ['one', 'two']) await stores.cards.keep(sid, { name: 'Alice' }, IDLE_MS)
  await stores.cards.forget(['one', 'two'])
  await stores.cards.forget([])
  for (const sid of ['one', 'two']) expect(await stores.cards.head(sid)).toEqual({ hasPicture: false })
})
