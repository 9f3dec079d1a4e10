import { setTimeout as delay } from 'node:timers/promises'
import type { ConfirmRecord, ConfirmStore } from '../../../lib/confirm/store'
import { redisConfirmations } from '../../../login-site/stores/confirm/redis'
import { connectRedis, type RedisConnection } from '../../../login-site/stores/redis-connection'
import { testConfirmStore } from '../../confirm/store-contract'
import { until } from '../../fixtures/waits'
import { type Redis, startRedis } from '../servers/redis'

/* The store of requests in Redis: the tests of every such store, and those of an outage. */

const MAX = 40
/** bytes that a waiting request may take in Redis, its indexes included */
const MAX_BYTES = 2_048

let redis: Redis

beforeAll(async () => {
  redis = await startRedis()
})
afterAll(async () => {
  await redis?.stop()
})

interface Process {
  readonly store: ConfirmStore
  readonly ask: RedisConnection['ask']
  close(): void
}

/** Opens the store as a process of the app does. */
async function opened(url = redis.url, max = MAX): Promise<Process> {
  const connection = await connectRedis(url)
  const store = redisConfirmations(connection, max)
  return {
    store,
    ask: connection.ask,
    close() {
      store.close()
      connection.close()
    },
  }
}

/** Tells how many clients are subscribed. */
async function subscribers({ ask }: Process): Promise<number> {
  const answer = await ask(client => client.sendCommand(['PUBSUB', 'NUMSUB', 'confirm:changed']))
  return Array.isArray(answer) ? Number(answer[1]) : 0
}

/** Waits until so many connections listen for announcements. */
async function listeners(process: Process, isRight: (count: number) => boolean): Promise<void> {
  let seen: number | undefined
  const isSo = async () => {
    seen = await subscribers(process).catch(() => undefined)
    return seen !== undefined && isRight(seen)
  }
  await until('the right number of connections for announcements', isSo, { seen: () => seen })
}

testConfirmStore(async () => {
  const [one, two] = [await opened(), await opened()]
  await one.ask(client => client.flushAll())
  return {
    store: one.store,
    other: two.store,
    max: MAX,
    now: Date.now,
    // Redis forgets a key up to one ms late.
    pass: async ms => void (await delay(ms + 20)),
    async close() {
      one.close()
      two.close()
    },
  }
})

let nth = 0
function request(fields: Partial<ConfirmRecord> = {}): ConfirmRecord {
  nth += 1
  return {
    id: `${'x'.repeat(18)}${String(nth).padStart(4, '0')}`,
    jid: `visitor${nth}@localhost`,
    isAnswerable: true,
    number: '42',
    code: String(nth).padStart(8, '0'),
    nonce: 'n'.repeat(22),
    state: 'waiting',
    asked: 'sent',
    isDialog: true,
    place: 'p'.repeat(80),
    language: 'de',
    startedAt: Date.now(),
    expiresAt: Date.now() + 60_000,
    ...fields,
  }
}

describe('the keys in Redis', () => {
  let one: Process
  beforeEach(async () => {
    one = await opened(redis.url, 1_000)
    await one.ask(client => client.flushAll())
  })
  afterEach(() => one.close())

  const keys = () => one.ask(client => client.keys('*'))

  // ms: long enough for a busy machine to fill the store meanwhile.
  const LIFETIME_MS = 3_000

  test('every key expires by itself, and none is left when all requests are over', async () => {
    const { store } = one
    const requests = Array.from({ length: 20 }, () => request({ expiresAt: Date.now() + LIFETIME_MS }))
    for (const one of requests) await store.add(one)
    const { jid: _, ...unnamed } = request({ isAnswerable: false, expiresAt: Date.now() + LIFETIME_MS })
    await store.add(unnamed)
    await store.bind(unnamed.id, 'carol@localhost')
    await store.asked(unnamed.id, 'blocked')
    await store.decide(String(requests[0]?.id), { state: 'granted', way: 'number' })
    await store.count('a counter', LIFETIME_MS)
    await store.mark('a mark', LIFETIME_MS)

    const expirations = await Promise.all((await keys()).map(key => one.ask(client => client.pTTL(key))))
    expect(expirations.length).toBeGreaterThan(60)
    expect(Math.min(...expirations)).toBeGreaterThan(-1)
    expect(Math.max(...expirations)).toBeLessThanOrEqual(LIFETIME_MS)
    await delay(LIFETIME_MS + 100)
    expect(await keys()).toEqual([])
  })

  test('the index of an account forgets the requests that are over when a longer one is added', async () => {
    for (const number of ['10', '11', '12']) {
      await one.store.add(request({ jid: 'alice@localhost', number, expiresAt: Date.now() + 100 }))
    }
    await delay(120)
    await one.store.add(request({ jid: 'alice@localhost' }))

    expect(await one.ask(client => client.zCard('confirm:account:alice@localhost'))).toBe(1)
    expect(await one.ask(client => client.zCard('confirm:all'))).toBe(1)
  })

  test('no key is left when every request is taken', async () => {
    const requests = Array.from({ length: 20 }, () => request())
    for (const { id, ...rest } of requests) await one.store.add({ id, ...rest })
    for (const { id } of requests.slice(10)) await one.store.decide(id, { state: 'denied' })
    for (const { id } of requests) await one.store.take(id)

    expect(await keys()).toEqual([])
  })

  test(`1,000 waiting requests take at most ${MAX_BYTES} bytes each`, async () => {
    const used = async () => Number(/used_memory:(\d+)/.exec(await one.ask(client => client.info('memory')))?.[1])
    const before = await used()
    for (let added = 0; added < 1_000; added++) await one.store.add(request())
    const each = ((await used()) - before) / 1_000

    process.stderr.write(`a waiting request takes ${Math.round(each)} bytes in Redis\n`)
    expect(each).toBeLessThanOrEqual(MAX_BYTES)
  })
})

describe('announcements of changes', () => {
  let one: Process
  let two: Process
  beforeEach(async () => {
    one = await opened()
    two = await opened()
    await one.ask(client => client.flushAll())
  })
  afterEach(async () => {
    for (const end of [one, two]) end.close()
    await redis.start()
  })

  async function waiting(): Promise<string> {
    const made = request()
    await one.store.add(made)
    return made.id
  }

  test('a process has one connection for announcements when many requests are waited for', async () => {
    const ids = await Promise.all(Array.from({ length: 20 }, waiting))
    const waits = ids.map(id => one.store.changed(id, 60_000))
    await listeners(two, count => count > 0)
    expect(await subscribers(two)).toBe(1)
    await Promise.all(ids.map(id => two.store.decide(id, { state: 'denied' })))
    await Promise.all(waits)

    one.close()
    await listeners(two, count => count === 0)
  })

  test('a change is seen within 1.5 s when the connection for announcements may not subscribe', async () => {
    const user = ['ACL', 'SETUSER', 'deaf', 'on', '>secret', '~*', '&*', '+@all', '-subscribe']
    await two.ask(client => client.sendCommand(user))
    const deaf = await opened(redis.url.replace('//', '//deaf:secret@'))
    try {
      const id = await waiting()
      const wait = deaf.store.changed(id, 60_000)
      await two.store.decide(id, { state: 'denied' })
      const startedAt = performance.now()
      await wait
      expect(performance.now() - startedAt).toBeLessThan(1_500)
      expect(await subscribers(two)).toBe(0)
    } finally {
      deaf.close()
    }
  })

  test('a change is seen when the connection for announcements is lost before it', async () => {
    const id = await waiting()
    const wait = one.store.changed(id, 60_000)
    await listeners(two, count => count === 1)
    await two.ask(client => client.sendCommand(['CLIENT', 'KILL', 'TYPE', 'pubsub']))
    await two.store.decide(id, { state: 'granted', way: 'number' })
    await wait

    const next = await waiting()
    const again = one.store.changed(next, 60_000)
    await listeners(two, count => count === 1)
    await two.store.decide(next, { state: 'denied' })
    await again
  })

  test('changed() fails with status 503 when Redis is killed while it waits', async () => {
    const wait = one.store.changed(await waiting(), 60_000)
    await listeners(two, count => count === 1)
    const failure = expect(wait).rejects.toMatchObject({ name: 'StoreError', status: 503 })
    await redis.kill()
    await failure
  })
})

/** Every operation of the store */
const operations: [string, (store: ConfirmStore) => Promise<unknown>][] = [
  ['add()', store => store.add(request())],
  ['get()', store => store.get('id')],
  ['waitingFor()', store => store.waitingFor('alice@localhost')],
  ['byCode()', store => store.byCode('00000000')],
  ['bind()', store => store.bind('id', 'alice@localhost')],
  ['asked()', store => store.asked('id', 'blocked')],
  ['decide()', store => store.decide('id', { state: 'denied' })],
  ['take()', store => store.take('id')],
  ['changed()', store => store.changed('id', 60_000)],
  ['count()', store => store.count('key', 60_000)],
  ['mark()', store => store.mark(`key ${nth++}`, 60_000)],
  ['isMarked()', store => store.isMarked('key')],
  ['unmark()', store => store.unmark('key')],
]

describe('an outage of Redis', () => {
  let one: Process
  beforeEach(async () => {
    one = await opened(redis.url, 1_000)
    for (const [, ask] of operations) await ask(one.store)
  })
  afterEach(async () => {
    redis.signal('SIGCONT')
    await redis.start()
    one.close()
  })

  test('every operation fails with status 503 when Redis is killed, and succeeds when it is back', async () => {
    await redis.kill()
    for (const [, ask] of operations) {
      await expect(ask(one.store)).rejects.toMatchObject({ name: 'StoreError', status: 503 })
    }
    await redis.start()
    await until('the answer of Redis', () =>
      one
        .ask(client => client.ping())
        .then(
          answer => answer === 'PONG',
          () => false,
        ),
    )
    for (const [, ask] of operations) await ask(one.store)
  })

  test('every operation fails with status 503 when Redis hangs', async () => {
    redis.signal('SIGSTOP')
    const ends = await Promise.allSettled(operations.map(([, ask]) => ask(one.store)))

    expect(ends.map(({ status }) => status)).toEqual(operations.map(() => 'rejected'))
    for (const end of ends) {
      expect(end).toMatchObject({ reason: { name: 'StoreError', status: 503 } })
    }
  })
})
