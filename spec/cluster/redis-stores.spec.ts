import { setImmediate } from 'node:timers/promises'
import type { SessionData } from 'express-session'
import { openRedisStores } from '../../example-app/stores/redis'
import { connectRedis } from '../../example-app/stores/redis-connection'
import type { Stores } from '../../example-app/stores/stores'
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

/** Every way into a store. */
const questions: [string, (stores: Stores) => Promise<unknown>][] = [
  ['reading a session', stores => called(done => stores.sessions.get('id', done))],
  ['writing a session', stores => called(done => stores.sessions.set('id', session, done))],
  ['keeping a session', stores => called(done => stores.sessions.touch?.('id', session, done as () => void))],
  ['ending a session', stores => called(done => stores.sessions.destroy('id', reason => done(reason)))],
  ['the last end of an account', stores => stores.revocations.lastRevocation('alice@localhost')],
  ['an end', stores => stores.revocations.revoke('alice@localhost')],
  ['counting an attempt', stores => limit(stores).then(store => store.increment('somebody'))],
  ['taking an attempt back', stores => limit(stores).then(store => store.decrement('somebody'))],
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

/** Resolves when the stores can be used again. */
async function ready(): Promise<void> {
  const deadline = AbortSignal.timeout(20_000)
  while (!(await stores.isReady())) {
    deadline.throwIfAborted()
    await setImmediate()
  }
}

describe('Redis is killed', () => {
  beforeEach(async () => {
    for (const [, ask] of questions) await ask(stores)
    await redis.kill()
  })
  afterEach(async () => {
    await redis.start()
  })

  test('every question ends with an error that has a status', async () => {
    for (const [, ask] of questions) {
      await expect(ask(stores)).rejects.toMatchObject({ name: 'StoreError', status: 503 })
    }
    expect(await stores.isReady()).toBe(false)
  })

  test('once it is back, with nothing in it, all of them are answered', async () => {
    await expect(stores.revocations.lastRevocation('alice@localhost')).rejects.toMatchObject({ status: 503 })
    await redis.start()
    await ready()
    for (const [, ask] of questions) await ask(stores)
    await redis.kill()
  })

  test('a counter made while it was away counts once it is back', async () => {
    const store = await limit(stores)
    await expect(store.increment('somebody')).rejects.toMatchObject({ status: 503 })
    await redis.start()
    await ready()
    expect(await store.increment('somebody')).toMatchObject({ totalHits: 1 })
    expect(await store.increment('somebody')).toMatchObject({ totalHits: 2 })
    await redis.kill()
  })

  test('opening stores is refused, with the reason', async () => {
    await expect(openRedisStores(redis.url)).rejects.toThrow(/ECONNREFUSED/)
  })
})

describe('Redis hangs', () => {
  beforeEach(() => {
    redis.signal('SIGSTOP')
  })
  afterEach(() => {
    redis.signal('SIGCONT')
  })

  test.each(questions)('%s ends with an error that has a status', async (_, ask) => {
    await expect(ask(stores)).rejects.toMatchObject({ name: 'StoreError', status: 503 })
  })

  test('all that is asked meanwhile ends, and when it goes on, so do the stores', async () => {
    const asked = Array.from({ length: 50 }, () => questions.map(([, ask]) => ask(stores))).flat()
    const ends = await Promise.allSettled(asked)
    expect(ends.filter(({ status }) => status === 'rejected')).toHaveLength(asked.length)
    redis.signal('SIGCONT')
    await ready()
    for (const [, ask] of questions) await ask(stores)
  })

  test('one question waits; whoever asks after it has an error at once, however many ask', async () => {
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

  test('it goes on between two questions', async () => {
    await expect(stores.revocations.lastRevocation('alice@localhost')).rejects.toMatchObject({ status: 503 })
    redis.signal('SIGCONT')
    await ready()
    expect(await stores.revocations.lastRevocation('bob@localhost')).toBe(0)
  })

  test('opening stores is refused', async () => {
    await expect(openRedisStores(redis.url)).rejects.toThrow(/timeout/i)
  })
})

test('two of them see the same', async () => {
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

test('who only looks is kept for two hours, who is signed in for eight', async () => {
  const login = { mechanism: 'PLAIN', since: 0, revocation: 0 }
  await called(done => stores.sessions.set('looks', session, done))
  await called(done => stores.sessions.set('signed-in', { ...session, login }, done))
  const { ask, close } = await connectRedis(redis.url)
  try {
    expect(Math.ceil((await ask(client => client.ttl('session:looks'))) / 3_600)).toBe(2)
    expect(Math.ceil((await ask(client => client.ttl('session:signed-in'))) / 3_600)).toBe(8)
  } finally {
    close()
  }
})

test('after they were closed, every question ends with an error', async () => {
  await stores.close()
  for (const [, ask] of questions) await expect(ask(stores)).rejects.toMatchObject({ status: 503 })
  expect(await stores.isReady()).toBe(false)
  await expect(stores.close()).resolves.toBeUndefined()
})
