import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { MemoryConfirmStore } from '../../lib/confirm/memory-store'
import type { ConfirmRecord } from '../../lib/confirm/store'
import { handClock } from '../fixtures/clock'
import { settled } from '../fixtures/confirm/people'

const ALICE = 'alice@b.test'

function scene(maxWaiting?: number) {
  const clock = handClock()
  const store = new MemoryConfirmStore({ ...(maxWaiting !== undefined && { maxWaiting }) }, { clock })
  let count = 0
  const record = (more: Partial<ConfirmRecord> = {}): ConfirmRecord => {
    count++
    return {
      id: `id${count}`,
      jid: ALICE,
      isAnswerable: true,
      number: String(9 + count),
      code: `CODE000${count}`,
      nonce: `nonce${count}`,
      state: 'waiting',
      asked: 'sent',
      isDialog: false,
      startedAt: clock.date(),
      expiresAt: clock.date() + 180_000,
      ...more,
    }
  }
  return { clock, store, record }
}

test('add() keeps a request until its end', async () => {
  const { clock, store, record } = scene()
  const given = record()

  expect(await store.add(given)).toBe('added')
  clock.advance(179_999)
  expect(await store.get(given.id)).toEqual(given)
  expect(await store.byCode(given.code)).toEqual(given)
  expect(await store.waitingFor(ALICE)).toEqual([given])
  clock.advance(1)
  expect(await store.get(given.id)).toBeUndefined()
  expect(await store.byCode(given.code)).toBeUndefined()
  expect(await store.waitingFor(ALICE)).toEqual([])
  expect(await store.take(given.id)).toBeUndefined()
  expect(await store.decide(given.id, { state: 'granted', way: 'number' })).toBe(false)
  expect(await store.bind(given.id, ALICE)).toBe(false)
})

test('add() refuses a number of the same JID, and takes it for another one', async () => {
  const { store, record } = scene()
  await store.add(record({ number: '42' }))

  expect(await store.add(record({ number: '42' }))).toBe('number-taken')
  expect(await store.add(record({ number: '42', jid: 'bob@b.test' }))).toBe('added')
  expect(await store.add(record({ number: '42', isAnswerable: false }))).toBe('added')
})

test('add() takes a number again when its request is decided', async () => {
  const { store, record } = scene()
  const first = record({ number: '42' })
  await store.add(first)
  await store.decide(first.id, { state: 'denied' })

  expect(await store.add(record({ number: '42' }))).toBe('added')
})

test('add() takes three answerable requests of a JID', async () => {
  const { store, record } = scene()
  const added = [record(), record(), record()]
  for (const request of added) expect(await store.add(request)).toBe('added')

  expect(await store.add(record({ number: added[0]?.number ?? '' }))).toBe('limited')
  expect(await store.add(record({ isAnswerable: false }))).toBe('added')
  await store.take(added[0]?.id ?? '')
  expect(await store.add(record())).toBe('added')
})

test('add() is full before all else, until a request ended', async () => {
  const { clock, store, record } = scene(2)
  const first = record()
  await store.add(first)
  await store.add(record())

  expect(await store.add(record({ number: first.number }))).toBe('full')
  await store.decide(first.id, { state: 'denied' })
  expect(await store.add(record())).toBe('full')
  await store.take(first.id)
  expect(await store.add(record())).toBe('added')
  clock.advance(180_000)
  expect(await store.add(record())).toBe('added')
})

test('add() keeps nothing of a request that is over already', async () => {
  const { clock, store, record } = scene()
  const given = record({ expiresAt: clock.date() })

  expect(await store.add(given)).toBe('added')
  expect(await store.get(given.id)).toBeUndefined()
})

test('waitingFor() leaves out requests that are decided or cannot be answered', async () => {
  const { store, record } = scene()
  const [waiting, decided, silent] = [record(), record(), record({ isAnswerable: false })]
  for (const request of [waiting, decided, silent]) await store.add(request)
  await store.decide(decided.id, { state: 'granted', way: 'number' })

  expect(await store.waitingFor(ALICE)).toEqual([waiting])
})

test('byCode() finds no decided request, and nothing by the empty code', async () => {
  const { store, record } = scene()
  const [given, without] = [record(), record({ code: '' })]
  await store.add(given)
  await store.add(without)
  await store.decide(given.id, { state: 'denied' })

  expect(await store.byCode(given.code)).toBeUndefined()
  expect(await store.byCode('')).toBeUndefined()
})

test('bind() gives a request to one JID, once', async () => {
  const { store, record } = scene()
  const { jid: _, ...open } = record({ isAnswerable: false })
  await store.add(open)

  expect(await store.bind(open.id, ALICE)).toBe(true)
  expect(await store.bind(open.id, 'bob@b.test')).toBe(false)
  expect(await store.bind(open.id, ALICE)).toBe(true)
  expect(await store.waitingFor(ALICE)).toEqual([{ ...open, jid: ALICE, isAnswerable: true }])
  expect(await store.waitingFor('bob@b.test')).toEqual([])
})

test('bind() refuses another JID than the typed one, and a decided request', async () => {
  const { store, record } = scene()
  const typed = record({ isAnswerable: false })
  await store.add(typed)
  expect(await store.bind(typed.id, 'bob@b.test')).toBe(false)
  await store.decide(typed.id, { state: 'denied' })

  expect(await store.bind(typed.id, ALICE)).toBe(false)
  expect(await store.bind('unknown', ALICE)).toBe(false)
})

test('decide() decides once, and keeps the rest of the request', async () => {
  const { store, record } = scene()
  const given = record()
  await store.add(given)

  expect(await store.decide(given.id, { state: 'granted', way: 'dialog' })).toBe(true)
  expect(await store.decide(given.id, { state: 'denied' })).toBe(false)
  expect(await store.get(given.id)).toEqual({ ...given, state: 'granted', way: 'dialog' })
})

test('take() returns a request once, whatever its state', async () => {
  const { store, record } = scene()
  const given = record()
  await store.add(given)

  expect(await Promise.all([store.take(given.id), store.take(given.id)])).toEqual([given, undefined])
  expect(await store.waitingFor(ALICE)).toEqual([])
  expect(await store.byCode(given.code)).toBeUndefined()
})

test('asked() changes a request that waits, and no other', async () => {
  const { store, record } = scene()
  const given = record()
  await store.add(given)
  await store.asked(given.id, 'blocked')
  expect(await store.get(given.id)).toMatchObject({ asked: 'blocked' })
  await store.decide(given.id, { state: 'denied' })
  await store.asked(given.id, 'unreachable')
  await store.asked('unknown', 'unreachable')

  expect(await store.get(given.id)).toMatchObject({ asked: 'blocked' })
})

test.each<[string, (store: MemoryConfirmStore, id: string) => Promise<unknown>]>([
  ['is decided', (store, id) => store.decide(id, { state: 'denied' })],
  ['is taken', (store, id) => store.take(id)],
])('changed() resolves when its request %s, and leaves no timer', async (_, change) => {
  const { clock, store, record } = scene()
  const given = record()
  await store.add(given)
  const timers = clock.waiting.length
  const held = [store.changed(given.id, 20_000), store.changed(given.id, 10_000)]
  expect(clock.waiting).toHaveLength(timers + 2)

  await change(store, given.id)
  await Promise.all(held)

  expect(clock.waiting.length).toBeLessThanOrEqual(timers)
})

test('changed() resolves when its time is over, its signal aborts or its request expires', async () => {
  const { clock, store, record } = scene()
  const given = record()
  await store.add(given)
  const visitor = new AbortController()
  const done: string[] = []
  void store.changed(given.id, 5_000).then(() => done.push('time'))
  void store.changed(given.id, 20_000, visitor.signal).then(() => done.push('signal'))
  void store.changed(given.id, 900_000).then(() => done.push('end'))
  await settled()
  expect(done).toEqual([])
  visitor.abort()
  await settled()
  clock.advance(5_000)
  await settled()
  expect(done).toEqual(['signal', 'time'])
  clock.advance(175_000)
  await settled()

  expect(done).toEqual(['signal', 'time', 'end'])
})

test.each<[string, (store: MemoryConfirmStore, id: string) => Promise<void>]>([
  [
    'its request is decided',
    async (store, id) => {
      await store.decide(id, { state: 'denied' })
      await store.changed(id, 20_000)
    },
  ],
  [
    'its request is gone',
    async (store, id) => {
      await store.take(id)
      await store.changed(id, 20_000)
    },
  ],
  ['it has no time', (store, id) => store.changed(id, 0)],
  ['its time is not a number', (store, id) => store.changed(id, Number.NaN)],
  ['its signal is aborted', (store, id) => store.changed(id, 20_000, AbortSignal.abort())],
])('changed() resolves at once when %s', async (_, wait) => {
  const { store, record } = scene()
  const given = record()
  await store.add(given)

  await wait(store, given.id)
})

test('count() counts within its window, which begins with the first count', async () => {
  const { clock, store } = scene()
  expect([await store.count('a', 1_000), await store.count('a', 1_000)]).toEqual([1, 2])
  clock.advance(999)
  expect([await store.count('a', 1_000), await store.count('b', 1_000)]).toEqual([3, 1])
  clock.advance(1)
  expect(await store.count('a', 1_000)).toBe(1)
})

test('mark() sets a mark once until it ends or is removed, and does not prolong it', async () => {
  const { clock, store } = scene()
  expect([await store.mark('a', 1_000), await store.mark('a', 1_000)]).toEqual([true, false])
  clock.advance(600)
  expect([await store.mark('a', 1_000), await store.isMarked('a')]).toEqual([false, true])
  clock.advance(400)
  expect([await store.isMarked('a'), await store.mark('a', 1_000)]).toEqual([false, true])
  await store.unmark('a')
  expect([await store.isMarked('a'), await store.mark('a', 1_000)]).toEqual([false, true])
})

test('marks and counters of one key are apart', async () => {
  const { store } = scene()
  await store.count('a', 1_000)

  expect([await store.isMarked('a'), await store.mark('a', 1_000), await store.count('a', 1_000)]).toEqual([
    false,
    true,
    2,
  ])
})

test('a flood of short marks replaces itself, and long ones stay', async () => {
  const { store } = scene()
  await store.mark('stop', 86_400_000)
  for (let n = 0; n < 100_100; n++) await store.mark(`heard:${n}`, 60_000)

  expect(await store.isMarked('stop')).toBe(true)
  expect(await store.isMarked('heard:0')).toBe(false)
  expect(await store.isMarked('heard:100099')).toBe(true)
})

test('a flood of counters of one kind replaces itself, and those of other kinds stay', async () => {
  const { store } = scene()
  await store.count('asks:alice', 600_000)
  for (let n = 0; n < 100_100; n++) await store.count(`wrong-codes:${n}`, 600_000)

  expect(await store.count('asks:alice', 600_000)).toBe(2)
  expect(await store.count('wrong-codes:100099', 600_000)).toBe(2)
  expect(await store.count('wrong-codes:0', 600_000)).toBe(1)
})

test('a flood of long marks replaces itself, and short ones stay', async () => {
  const { store } = scene()
  await store.mark('heard:one', 60_000)
  for (let n = 0; n < 100_100; n++) await store.mark(`known:${n}`, 2_592_000_000)

  expect(await store.isMarked('heard:one')).toBe(true)
  expect(await store.isMarked('known:0')).toBe(false)
  expect(await store.isMarked('known:100099')).toBe(true)
})

test('a store has one timer, for what ends next, and none when it is empty', async () => {
  const { clock, store, record } = scene()
  await store.mark('stop', 86_400_000)
  expect(clock.waiting).toEqual([86_400_000])
  const requests = Array.from({ length: 50 }, (_, n) => record({ jid: `person${n}@b.test` }))
  for (const request of requests) await store.add(request)
  expect(clock.waiting).toEqual([180_000])
  await store.unmark('stop')
  clock.advance(180_000)

  expect(clock.waiting).toEqual([])
  await store.add(record())
  expect(clock.waiting).toEqual([180_000])
  await store.take('id51')
  expect(clock.waiting).toEqual([])
})

test.each([
  [{ maxWaiting: 0 }, 'option `maxWaiting` must be an integer from 1 to 100000'],
  [{ maxWaiting: 100_001 }, 'option `maxWaiting` must be an integer from 1 to 100000'],
  [{ maxwaiting: 5 }, 'unknown option `maxwaiting`; did you mean `maxWaiting`?'],
  [5, 'options must be an object'],
])('a store refuses the options %j', (options, message) => {
  expect(() => new MemoryConfirmStore(options as object)).toThrow(new TypeError(message))
})

test('a request that waits takes less than 2 kB, with all indexes', () => {
  // In a process of its own: the heap of this one holds what other specs left behind.
  const program = `
    const { MemoryConfirmStore } = require(${JSON.stringify(join(__dirname, '../../dist/confirm/memory-store.js'))})
    const heap = () => (gc(), process.memoryUsage().heapUsed)
    // Texts of their own, as randomness and requests make them.
    const own = (n, length) => Buffer.from(String(n).padStart(length, 'x')).toString()
    const recordOf = n => ({
      id: own(n, 22), jid: own(n, 30) + '@chat.example.org', isAnswerable: true, number: String(10 + (n % 90)),
      code: own(n, 8), nonce: own(n, 22), state: 'waiting', asked: 'sent', isDialog: false, place: own(n, 80),
      language: 'de-AT', startedAt: Date.now(), expiresAt: Date.now() + 180_000,
    })
    const fill = async count => {
      const store = new MemoryConfirmStore({ maxWaiting: 100_000 })
      const before = heap()
      for (let n = 0; n < count; n++) {
        await store.add(recordOf(n))
        await store.mark('recent:' + own(n, 22), 480_000)
        await store.count('asks:' + own(n, 22), 600_000)
      }
      const each = (heap() - before) / count
      if ((await store.get(own(count - 1, 22))) === undefined) throw new Error('the store lost a request')
      console.log(each)
    }
    void fill(10_000)`
  const each = Number(execFileSync(process.execPath, ['--expose-gc', '--eval', program], { encoding: 'utf8' }))

  expect(each).toBeGreaterThan(300)
  expect(each).toBeLessThan(2_000)
})
