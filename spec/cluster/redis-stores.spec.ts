import type { SessionData } from 'express-session'
import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { LEASE_MS, OUTCOME_TTL_MS } from '../../login-site/stores/outcomes'
import { redisOutcomes } from '../../login-site/stores/outcomes-redis'
import { openRedisStores } from '../../login-site/stores/redis'
import { connectRedis, type RedisConnection } from '../../login-site/stores/redis-connection'
import { STORE_ERRORS } from '../../login-site/stores/store-error'
import type { Stores } from '../../login-site/stores/stores'
import { appOn, send, signIn, type Visitor, visitorOf } from '../example-app/visitor'
import { until } from '../fixtures/waits'
import { stablePorts } from './servers/ports'
import { type Redis, startRedis } from './servers/redis'

let redis: Redis
let stores: Stores

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  await redis?.stop()
})
beforeEach(async () => {
  stores = await openRedisStores(redis.url)
})
afterEach(async () => {
  await stores.close()
})

const session = { cookie: { originalMaxAge: 60_000 } } as SessionData

/** Every operation of the stores */
const operations: [string, (stores: Stores) => Promise<unknown>][] = [
  ['reading a session', stores => called(done => stores.sessions.get('id', done))],
  ['writing a session', stores => called(done => stores.sessions.set('id', session, done))],
  ['keeping a session', stores => called(done => stores.sessions.touch?.('id', session, done as () => void))],
  ['ending a session', stores => called(done => stores.sessions.destroy('id', reason => done(reason)))],
  ['reading the last revocation of an account', stores => stores.revocations.lastRevocation('alice@localhost')],
  ['revoking an account', stores => stores.revocations.revoke('alice@localhost')],
  ['claiming a form', stores => stores.outcomes.claim('a form', 'a visitor')],
  ['reading the outcome of a form', stores => stores.outcomes.find('a form')],
  ['settling a form', stores => stores.outcomes.settle('a form', '{}')],
  ['releasing a form', stores => stores.outcomes.release('a form')],
  ['adding a session of an account', stores => stores.accountSessions.add('alice@localhost', 'id', 0)],
  ['using a session of an account', stores => stores.accountSessions.seen('alice@localhost', 'id', 60_000)],
  ['listing the sessions of an account', stores => stores.accountSessions.list('alice@localhost')],
  ['removing a session of an account', stores => stores.accountSessions.remove('alice@localhost', 'id')],
  ['removing all sessions of an account', stores => stores.accountSessions.removeAll('alice@localhost')],
  ['keeping a card', stores => stores.cards.keep('id', { name: 'Alice' }, 60_000)],
  ['reading a card', stores => stores.cards.head('id')],
  ['reading a picture', stores => stores.cards.picture('id')],
  ['forgetting a card', stores => stores.cards.forget(['id'])],
  ['counting an attempt', stores => limit(stores).then(store => store.increment('a visitor'))],
  ['taking an attempt back', stores => limit(stores).then(store => store.decrement('a visitor'))],
]

function called(ask: (done: (reason: unknown, answer?: unknown) => void) => unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    void ask((reason, answer) => (reason ? reject(reason) : resolve(answer)))
  })
}

async function limit(stores: Stores) {
  const store = stores.rateLimit('spec')
  await store.init?.({ windowMs: 60_000 } as Parameters<NonNullable<typeof store.init>>[0])
  return store
}

/** Waits until the stores can be used again. */
async function ready(): Promise<void> {
  await until('the stores are ready', () => stores.isReady())
}

describe('when Redis is killed', () => {
  beforeEach(async () => {
    for (const [, ask] of operations) await ask(stores)
    await redis.kill()
  })
  afterEach(async () => {
    await redis.start()
  })

  test('every operation fails with status 503 when Redis is killed', async () => {
    for (const [, ask] of operations) {
      await expect(ask(stores)).rejects.toMatchObject({ name: 'StoreError', status: 503 })
    }
    expect(await stores.isReady()).toBe(false)
  })

  test('every operation succeeds when Redis is back without its data', async () => {
    await expect(stores.revocations.lastRevocation('alice@localhost')).rejects.toMatchObject({ status: 503 })
    await redis.start()
    await ready()
    for (const [, ask] of operations) await ask(stores)
    await redis.kill()
  })

  test('a counter created during the outage counts when Redis is back', async () => {
    const store = await limit(stores)
    await expect(store.increment('a visitor')).rejects.toMatchObject({ status: 503 })
    await redis.start()
    await ready()
    expect(await store.increment('a visitor')).toMatchObject({ totalHits: 1 })
    expect(await store.increment('a visitor')).toMatchObject({ totalHits: 2 })
    await redis.kill()
  })

  test('opening the stores fails with the reason when Redis is killed', async () => {
    await expect(openRedisStores(redis.url)).rejects.toThrow(/ECONNREFUSED/)
  })
})

describe('when Redis hangs', () => {
  beforeEach(() => {
    redis.signal('SIGSTOP')
  })
  afterEach(() => {
    redis.signal('SIGCONT')
  })

  test.each(operations)('%s fails with status 503 when Redis hangs', async (_, ask) => {
    await expect(ask(stores)).rejects.toMatchObject({ name: 'StoreError', status: 503 })
  })

  test('every pending operation fails when Redis hangs, and the stores work again when it goes on', async () => {
    const asked = Array.from({ length: 50 }, () => operations.map(([, ask]) => ask(stores))).flat()
    const ends = await Promise.allSettled(asked)
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(asked.length)
    redis.signal('SIGCONT')
    await ready()
    for (const [, ask] of operations) await ask(stores)
  })

  test('one operation waits when Redis hangs, and all later ones fail at once', async () => {
    const asked: Promise<unknown>[] = []
    const visitors = setInterval(() => {
      asked.push(stores.revocations.lastRevocation('bob@localhost').catch((reason: Error) => reason.message))
    }, 20)
    await expect(stores.revocations.lastRevocation('alice@localhost')).rejects.toThrow('Redis: no answer')
    await expect(stores.revocations.lastRevocation('carol@localhost')).rejects.toThrow(/Redis: Client\w+Error/)
    clearInterval(visitors)
    expect((await Promise.all(asked)).filter(message => message === 'Redis: no answer')).toEqual([])
    expect(asked.length).toBeGreaterThan(10)
  })

  test('the stores work again when Redis goes on', async () => {
    await expect(stores.revocations.lastRevocation('alice@localhost')).rejects.toMatchObject({ status: 503 })
    redis.signal('SIGCONT')
    await ready()
    expect(await stores.revocations.lastRevocation('bob@localhost')).toBe(0)
  })

  test('opening the stores fails when Redis hangs', async () => {
    await expect(openRedisStores(redis.url)).rejects.toThrow(/timeout/i)
  })
})

describe('when Redis takes no writes', () => {
  let control: RedisConnection

  beforeEach(async () => {
    control = await connectRedis(redis.url)
  })
  afterEach(async () => {
    await control.ask(client => client.configSet('maxmemory', '0'))
    await control.ask(client => client.sendCommand(['REPLICAOF', 'NO', 'ONE']))
    control.close()
  })

  test('the stores are not ready when Redis is full, and ready again when it has room', async () => {
    expect(await stores.isReady()).toBe(true)
    await control.ask(client => client.configSet('maxmemory', '1'))
    expect(await stores.isReady()).toBe(false)
    await control.ask(client => client.configSet('maxmemory', '0'))
    expect(await stores.isReady()).toBe(true)
  })

  test('the stores are not ready when Redis is a replica', async () => {
    const [nothing = 0] = await stablePorts(1)
    await control.ask(client => client.sendCommand(['REPLICAOF', '127.0.0.1', String(nothing)]))
    expect(await stores.isReady()).toBe(false)
  })

  test('each failed command is published for the metrics', async () => {
    const seen: unknown[] = []
    const listen = (failure: unknown) => void seen.push(String(failure))
    STORE_ERRORS.subscribe(listen)
    await control.ask(client => client.configSet('maxmemory', '1'))
    await stores.isReady()
    STORE_ERRORS.unsubscribe(listen)
    expect(seen).toEqual(['StoreError: Redis: OOM'])
  })
})

test('two processes share sessions, revocations and counters', async () => {
  const others = await openRedisStores(redis.url)
  try {
    await called(done => stores.sessions.set('shared', session, done))
    expect(await called(done => others.sessions.get('shared', done))).toMatchObject(session)

    const end = await stores.revocations.revoke('carol@localhost')
    expect(end).toBeGreaterThan(0)
    expect(await others.revocations.lastRevocation('carol@localhost')).toBe(end)
    expect(await others.revocations.latest()).toBe(end)

    await (await limit(stores)).increment('carol')
    expect(await (await limit(others)).increment('carol')).toMatchObject({ totalHits: 2 })
  } finally {
    await others.close()
  }
})

test('a form is claimed once when many requests of two processes claim it at the same time', async () => {
  const others = await openRedisStores(redis.url)
  try {
    const claims = Array.from({ length: 20 }, (_, n) =>
      (n % 2 ? stores : others).outcomes.claim('shared form', 'alice'),
    )
    const known = await Promise.all(claims)
    expect(known.filter(state => state === undefined)).toHaveLength(1)
    expect(known.filter(state => state?.state === 'running')).toHaveLength(19)
    await stores.outcomes.settle('shared form', '{"a":1}')
    expect(await others.outcomes.find('shared form')).toEqual({ state: 'settled', outcome: '{"a":1}' })
    await others.outcomes.release('shared form')
    expect(await stores.outcomes.find('shared form')).toBeUndefined()
    await stores.outcomes.settle('shared form', '{}')
    expect(await stores.outcomes.find('shared form')).toBeUndefined()
  } finally {
    await others.close()
  }
})

test('an outcome is kept for ten minutes, and its claim is lost when its lease is over', async () => {
  const { ask, close } = await connectRedis(redis.url)
  try {
    await stores.outcomes.claim('leased', 'alice')
    const ttl = await ask(client => client.pTTL('outcome:leased'))
    expect(Math.ceil(ttl / 60_000)).toBe(10)
    await ask(client => client.pExpire('outcome:leased', OUTCOME_TTL_MS - LEASE_MS - 1))
    expect(await stores.outcomes.find('leased')).toEqual({ state: 'lost' })
    await stores.outcomes.settle('leased', '{}')
    expect(await ask(client => client.pTTL('outcome:leased'))).toBeGreaterThan(0)
  } finally {
    close()
  }
})

test('the oldest outcome of the same visitor is dropped first, and the oldest of all next', async () => {
  const { ask, close } = await connectRedis(redis.url)
  await ask(client => client.flushAll())
  const outcomes = redisOutcomes(ask, { perVisitor: 2, overall: 4 })
  const kept = async (...names: string[]) => {
    const found = await Promise.all(names.map(name => outcomes.find(name)))
    return names.filter((_, n) => found[n])
  }
  try {
    for (const name of ['b1', 'a1', 'a2', 'a3']) await outcomes.claim(name, name.slice(0, 1))
    expect(await kept('b1', 'a1', 'a2', 'a3')).toEqual(['b1', 'a2', 'a3'])
    for (const name of ['c1', 'd1']) await outcomes.claim(name, name.slice(0, 1))
    expect(await kept('b1', 'a2', 'a3', 'c1', 'd1')).not.toContain('b1')
  } finally {
    close()
  }
})

test('the outcomes of a visitor with too many forms do not push out those of the others', async () => {
  const { ask, close } = await connectRedis(redis.url)
  await ask(client => client.flushAll())
  const outcomes = redisOutcomes(ask, { perVisitor: 2, overall: 4 })
  try {
    await outcomes.claim('b1', 'b')
    for (let n = 0; n < 20; n++) await outcomes.claim(`a${n}`, 'a')
    expect(await outcomes.find('b1')).toEqual({ state: 'running' })
    expect(await outcomes.find('a17')).toBeUndefined()
    expect(await outcomes.find('a19')).toEqual({ state: 'running' })
  } finally {
    close()
  }
})

test('a form that is claimed again after its release is as young as its last claim', async () => {
  const { ask, close } = await connectRedis(redis.url)
  await ask(client => client.flushAll())
  const outcomes = redisOutcomes(ask, { perVisitor: 2, overall: 4 })
  try {
    await outcomes.claim('a1', 'a')
    await outcomes.release('a1')
    await outcomes.claim('a1', 'a')
    await outcomes.claim('a2', 'a')
    expect(await outcomes.find('a1')).toEqual({ state: 'running' })
  } finally {
    close()
  }
})

test.each([
  ['eight hours', 8, false],
  ['two weeks when its visitor stays signed in', 14 * 24, true],
])('a session is kept for %s', async (_time, hours, stay) => {
  const login = { mechanism: 'PLAIN', since: 0, generation: 0, browser: '', stay, address: '' }
  await called(done => stores.sessions.set('signed-in', { ...session, login }, done))
  const { ask, close } = await connectRedis(redis.url)
  try {
    expect(Math.ceil((await ask(client => client.ttl('session:signed-in'))) / 3_600)).toBe(hours)
  } finally {
    close()
  }
})

test('a session stays signed in when Redis is full, and no session is added', async () => {
  const { ask, close } = await connectRedis(redis.url)
  try {
    await stores.accountSessions.add('fay@localhost', 'a', 0)
    await ask(client => client.configSet('maxmemory', '1'))
    expect(await stores.accountSessions.seen('fay@localhost', 'a', 3_600_000)).toBe(true)
    await expect(stores.accountSessions.add('fay@localhost', 'b', 3_600_000)).rejects.toMatchObject({ status: 503 })
  } finally {
    await ask(client => client.configSet('maxmemory', '0'))
    close()
  }
})

test('the least recently used session of the same account goes when two processes add too many at once', async () => {
  const bounded = await openRedisStores(redis.url, 3)
  const { ask, close } = await connectRedis(redis.url)
  try {
    const { accountSessions } = bounded
    await accountSessions.add('bob@localhost', 'other', 0)
    for (const [time, sid] of ['a', 'b', 'c'].entries()) await accountSessions.add('dora@localhost', sid, time)
    expect(await accountSessions.seen('dora@localhost', 'a', 59_000)).toBe(true)
    expect(await accountSessions.add('dora@localhost', 'd', 60_000)).toEqual(['a'])
    expect(await accountSessions.seen('dora@localhost', 'a', 60_000)).toBe(false)
    expect(await accountSessions.seen('dora@localhost', 'b', 61_001)).toBe(true)
    expect(await accountSessions.add('dora@localhost', 'e', 61_002)).toEqual(['c'])

    const many = Array.from({ length: 20 }, (_, n) => accountSessions.add('dora@localhost', `n${n}`, 70_000 + n))
    expect((await Promise.all(many)).flat()).toHaveLength(20)
    expect((await accountSessions.list('dora@localhost')).map(({ sid }) => sid)).toEqual(['n17', 'n18', 'n19'])
    expect(await accountSessions.list('bob@localhost')).toEqual([{ sid: 'other', lastSeen: 0 }])
    const days = (await ask(client => client.pTTL('sessions:dora@localhost'))) / (24 * 60 * 60 * 1000)
    expect(Math.ceil(days)).toBe(30)
  } finally {
    close()
    await bounded.close()
  }
})

test('a session of an account that is removed stays removed, and others stay', async () => {
  const { accountSessions } = stores
  for (const sid of ['one', 'two']) await accountSessions.add('erin@localhost', sid, 0)
  expect(await accountSessions.remove('erin@localhost', 'one')).toBe(true)
  expect(await accountSessions.remove('erin@localhost', 'one')).toBe(false)
  expect(await accountSessions.seen('erin@localhost', 'one', 120_000)).toBe(false)
  expect(await accountSessions.list('erin@localhost')).toEqual([{ sid: 'two', lastSeen: 0 }])
  await accountSessions.removeAll('erin@localhost')
  expect(await accountSessions.seen('erin@localhost', 'two', 120_000)).toBe(false)
})

describe('an app that keeps its sessions in Redis', () => {
  let xmpp: BoshServer
  let app: App

  beforeAll(async () => {
    xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1', user2: 'user2' } })
  })
  beforeEach(async () => {
    ;({ app } = appOn(xmpp, {}, { stores: await openRedisStores(redis.url, 3) }))
  })
  afterEach(() => app.close())
  afterAll(() => xmpp.close())

  async function enter(user: string): Promise<Visitor> {
    const visitor = visitorOf(app)
    await signIn(visitor, user, user)
    return visitor
  }
  const isSignedIn = async (visitor: Visitor) => !(await visitor.get('/')).text.includes('hello world')

  test('sign-ins and sign-outs of one account end no session of another', async () => {
    const other = await enter('user2')
    const own: Visitor[] = []
    for (let n = 0; n < 8; n++) own.push(await enter('user1'))
    const states = await Promise.all(own.map(isSignedIn))
    expect(states.filter(Boolean)).toHaveLength(3)
    for (const visitor of own) await send(visitor, '/', '/logout', {})
    expect(await Promise.all(own.map(isSignedIn))).toEqual(own.map(() => false))
    expect(await isSignedIn(other)).toBe(true)

    const { ask, close } = await connectRedis(redis.url)
    try {
      expect(await ask(client => client.keys('end:session:*'))).toEqual([])
      expect(await ask(client => client.exists('sessions:user1@localhost'))).toBe(0)
    } finally {
      close()
    }
  })
})

test('every operation fails when the stores are closed', async () => {
  await stores.close()
  for (const [, ask] of operations) await expect(ask(stores)).rejects.toMatchObject({ status: 503 })
  expect(await stores.isReady()).toBe(false)
  await expect(stores.close()).resolves.toBeUndefined()
})
