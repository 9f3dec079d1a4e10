import type { ConfirmRecord, ConfirmStore } from '../../lib/confirm/store'

/** A store of requests under test. */
export interface OpenStore {
  readonly store: ConfirmStore
  /** the same store as another process has it */
  readonly other: ConfirmStore
  /** requests that it takes at a time */
  readonly max: number
  /** ms since 1970, by the clock that ends requests */
  now(): number
  /** Lets time pass. */
  pass(ms: number): Promise<void>
  close(): Promise<void>
}

const ALICE = 'alice@localhost'
const BOB = 'bob@localhost'
/** ms; short, because a store may have a clock that no test can move */
const SHORT_MS = 150
const LONG_MS = 60_000
const AT_ONCE = 20

let open: OpenStore
let made = 0

function record(fields: Partial<ConfirmRecord> = {}): ConfirmRecord {
  made += 1
  return {
    id: `request-${made}`,
    jid: ALICE,
    isAnswerable: true,
    number: String(10 + (made % 90)),
    code: made.toString(32).toUpperCase().padStart(8, '0'),
    nonce: `nonce-${made}`,
    state: 'waiting',
    asked: 'sent',
    isDialog: false,
    place: 'Firefox on Linux, 203.0.113.7 – Köln',
    language: 'de',
    startedAt: open.now(),
    expiresAt: open.now() + LONG_MS,
    ...fields,
  }
}

/** A request without an account: its code alone is shown. */
function unnamed(fields: Partial<ConfirmRecord> = {}): ConfirmRecord {
  const { jid: _, ...rest } = record({ isAnswerable: false, asked: 'not-asked', ...fields })
  return rest
}

async function added(fields?: Partial<ConfirmRecord>): Promise<ConfirmRecord> {
  const request = record(fields)
  expect(await open.store.add(request)).toBe('added')
  return request
}

const idsOf = (requests: readonly ConfirmRecord[]) => requests.map(({ id }) => id)

/** Calls a function of both processes many times at once. */
function atOnce<T>(call: (store: ConfirmStore, nth: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, (_, nth) => call(nth % 2 === 0 ? open.store : open.other, nth)))
}

/** Tells whether a wait is over by now. */
function followed(wait: Promise<void>): { readonly isOver: boolean; readonly wait: Promise<void> } {
  const state = { isOver: false, wait }
  void wait.then(() => {
    state.isOver = true
  })
  return state
}

/** Defines the tests that every {@link ConfirmStore} has to pass. */
export function testConfirmStore(opened: () => Promise<OpenStore>): void {
  beforeEach(async () => {
    open = await opened()
  })
  afterEach(async () => {
    await open.close()
  })

  testAdding()
  testDeciding()
  testCodes()
  testWaiting()
  testCounters()
}

function testAdding(): void {
  test('get() returns each field of a request when another process added it', async () => {
    const named = await added()
    const code = unnamed()
    expect(await open.store.add(code)).toBe('added')

    expect(await open.other.get(named.id)).toEqual(named)
    expect(await open.other.get(code.id)).toEqual(code)
    expect(await open.other.get('unknown')).toBeUndefined()
  })

  test('add() refuses a number when another request of the account waits with it', async () => {
    const first = await added()
    const { number } = first

    expect(await open.other.add(record({ number }))).toBe('number-taken')
    expect(idsOf(await open.other.waitingFor(ALICE))).toEqual([first.id])
    await added({ number, jid: BOB })
    await added({ number, isAnswerable: false })
  })

  test('add() takes a number again when its request is decided, taken or over', async () => {
    const { id, number } = await added()
    await open.other.decide(id, { state: 'denied' })
    const second = await added({ number })
    await open.other.take(second.id)
    await added({ number, expiresAt: open.now() + SHORT_MS })
    await open.pass(SHORT_MS)
    await added({ number })
  })

  test('add() refuses a fourth request that the account could answer, and takes one that it cannot', async () => {
    const [first] = [await added({ number: '11' }), await added({ number: '12' }), await added({ number: '13' })]
    expect(await open.other.add(record({ number: '14' }))).toBe('limited')
    expect(await open.other.add(record({ number: '11' }))).toBe('limited')
    await added({ isAnswerable: false })
    await added({ jid: BOB })
    await open.store.decide(first.id, { state: 'denied' })

    expect(await open.other.add(record({ number: '12' }))).toBe('number-taken')
    await added({ number: '14' })
  })

  test('add() takes three requests of an account when many are added at the same time', async () => {
    const answers = await atOnce((store, nth) => store.add(record({ number: String(10 + nth) })))

    expect(answers.filter(answer => answer === 'added')).toHaveLength(3)
    expect(answers.filter(answer => answer === 'limited')).toHaveLength(AT_ONCE - 3)
  })

  test('add() gives a number to one request when many with it are added at the same time', async () => {
    const answers = await atOnce(store => store.add(record({ number: '42' })))

    expect(answers.filter(answer => answer === 'added')).toHaveLength(1)
    expect(answers.filter(answer => answer === 'number-taken')).toHaveLength(AT_ONCE - 1)
  })

  test('add() refuses a request when the store is full, and takes one when another is gone', async () => {
    const all = Array.from({ length: open.max - 1 }, () => unnamed())
    for (const request of all) expect(await open.store.add(request)).toBe('added')
    const short = unnamed({ expiresAt: open.now() + SHORT_MS })
    expect(await open.store.add(short)).toBe('added')
    expect(await open.other.add(unnamed())).toBe('full')

    await open.pass(SHORT_MS)
    expect(await open.other.add(unnamed())).toBe('added')
    expect(await open.other.add(unnamed())).toBe('full')
    await open.store.take(String(all[0]?.id))
    expect(await open.other.add(unnamed())).toBe('added')
  })

  test('a request is forgotten everywhere when its time is over', async () => {
    const { id, code } = await added({ expiresAt: open.now() + SHORT_MS })
    await open.pass(SHORT_MS)

    expect(await open.other.get(id)).toBeUndefined()
    expect(await open.other.waitingFor(ALICE)).toEqual([])
    expect(await open.other.byCode(code)).toBeUndefined()
    expect(await open.other.decide(id, { state: 'granted', way: 'number' })).toBe(false)
    expect(await open.other.bind(id, ALICE)).toBe(false)
    await open.other.asked(id, 'blocked')
    expect(await open.other.take(id)).toBeUndefined()
    expect(await open.other.get(id)).toBeUndefined()
  })

  test('waitingFor() lists the requests that wait for an answer of the account', async () => {
    const [first, second, decided] = [await added(), await added(), await added()]
    await added({ jid: BOB })
    await added({ isAnswerable: false })
    await open.store.decide(decided.id, { state: 'granted', way: 'dialog' })

    const waiting = await open.other.waitingFor(ALICE)
    expect(idsOf(waiting).sort()).toEqual([first.id, second.id].sort())
    expect(waiting).toContainEqual(first)
    expect(await open.other.waitingFor('carol@localhost')).toEqual([])
  })
}

function testDeciding(): void {
  test('decide() succeeds once when many decisions come at the same time', async () => {
    const request = await added()
    const answers = await atOnce((store, nth) =>
      store.decide(request.id, nth % 3 === 0 ? { state: 'denied' } : { state: 'granted', way: 'number' }),
    )

    expect(answers.filter(isFirst => isFirst)).toHaveLength(1)
    const isDenied = answers.indexOf(true) % 3 === 0
    const decision = isDenied ? { state: 'denied' } : { state: 'granted', way: 'number' }
    expect(await open.other.get(request.id)).toEqual({ ...request, ...decision })
    expect(await open.other.decide('unknown', { state: 'denied' })).toBe(false)
  })

  test('take() returns the request once when many processes take it at the same time', async () => {
    const request = await added()
    await open.store.decide(request.id, { state: 'granted', way: 'code' })
    const answers = await atOnce(store => store.take(request.id))

    expect(answers.filter(taken => taken !== undefined)).toEqual([{ ...request, state: 'granted', way: 'code' }])
    expect(await open.other.get(request.id)).toBeUndefined()
  })

  test('take() of a waiting request leaves nothing to answer', async () => {
    const request = await added()

    expect(await open.other.take(request.id)).toEqual(request)
    expect(await open.store.decide(request.id, { state: 'granted', way: 'number' })).toBe(false)
    expect(await open.store.waitingFor(ALICE)).toEqual([])
    expect(await open.store.byCode(request.code)).toBeUndefined()
  })

  test('a decision or a take comes to one of them when both come at the same time', async () => {
    for (let nth = 0; nth < AT_ONCE; nth++) {
      const { id } = await added()
      const [isDecided, taken] = await Promise.all([
        open.store.decide(id, { state: 'granted', way: 'number' }),
        open.other.take(id),
      ])

      expect(taken?.state).toBe(isDecided ? 'granted' : 'waiting')
    }
  })

  test('asked() notes how the account was asked', async () => {
    const { id } = await added()
    await open.store.asked(id, 'unreachable')

    expect(await open.other.get(id)).toMatchObject({ asked: 'unreachable', state: 'waiting' })
    await open.store.decide(id, { state: 'denied' })
    await open.store.asked(id, 'blocked')
    expect(await open.other.get(id)).toMatchObject({ asked: 'unreachable', state: 'denied' })
  })
}

function testCodes(): void {
  test('byCode() finds a request while it waits', async () => {
    const [kept, decided] = [await added(), await added({ isAnswerable: false })]
    expect(await open.other.byCode(kept.code)).toEqual(kept)
    expect((await open.other.byCode(decided.code))?.id).toBe(decided.id)
    await open.store.decide(decided.id, { state: 'denied' })

    expect(await open.other.byCode(decided.code)).toBeUndefined()
    expect(await open.other.byCode('00000000')).toBeUndefined()
    expect(await open.other.byCode(kept.code)).toEqual(kept)
  })

  test('byCode() finds no request by an empty code', async () => {
    const [first, second] = [await added({ code: '' }), await added({ code: '', jid: BOB })]
    expect(await open.store.byCode('')).toBeUndefined()
    await open.store.decide(first.id, { state: 'denied' })
    await open.store.take(second.id)
    expect(await open.other.byCode('')).toBeUndefined()
  })

  test('bind() makes a request answerable by the account that sent its code', async () => {
    const request = unnamed()
    await open.store.add(request)

    expect(await open.other.bind(request.id, BOB)).toBe(true)
    const bound = { ...request, jid: BOB, isAnswerable: true }
    expect(await open.store.get(request.id)).toEqual(bound)
    expect(await open.store.waitingFor(BOB)).toEqual([bound])
    expect(await open.other.bind(request.id, BOB)).toBe(true)
    expect(idsOf(await open.store.waitingFor(BOB))).toEqual([request.id])
    expect(await open.other.bind(request.id, ALICE)).toBe(false)
  })

  test('bind() refuses an account when another one was typed', async () => {
    const request = await added({ isAnswerable: false, asked: 'limited' })

    expect(await open.other.bind(request.id, BOB)).toBe(false)
    expect(await open.store.get(request.id)).toEqual(request)
    expect(await open.other.bind(request.id, ALICE)).toBe(true)
    expect(idsOf(await open.store.waitingFor(ALICE))).toEqual([request.id])
  })

  test('bind() refuses a request when it is decided or unknown', async () => {
    const request = unnamed()
    await open.store.add(request)
    await open.store.decide(request.id, { state: 'denied' })

    expect(await open.other.bind(request.id, BOB)).toBe(false)
    expect(await open.other.bind('unknown', BOB)).toBe(false)
    expect(await open.other.waitingFor(BOB)).toEqual([])
  })

  test('bind() gives a request to one account when many send its code at the same time', async () => {
    const request = unnamed()
    await open.store.add(request)
    const answers = await atOnce((store, nth) => store.bind(request.id, `visitor${nth}@localhost`))

    expect(answers.filter(isBound => isBound)).toHaveLength(1)
    expect((await open.store.get(request.id))?.jid).toBe(`visitor${answers.indexOf(true)}@localhost`)
  })

  test('a decided request is among those of no account when its code had bound it', async () => {
    const request = unnamed()
    await open.store.add(request)
    await open.store.bind(request.id, BOB)
    await open.other.decide(request.id, { state: 'granted', way: 'code' })

    expect(await open.store.waitingFor(BOB)).toEqual([])
  })
}

type Change = (store: ConfirmStore, id: string) => Promise<unknown>

const CHANGES: [string, Change][] = [
  ['is granted', (store, id) => store.decide(id, { state: 'granted', way: 'number' })],
  ['is denied', (store, id) => store.decide(id, { state: 'denied' })],
  ['is taken', (store, id) => store.take(id)],
]

function testWaiting(): void {
  test.each(CHANGES)('changed() resolves when the request %s at another process', async (_, change) => {
    const [{ id }, another] = [await added(), await added()]
    const waits = [1, 2, 3].map(() => followed(open.store.changed(id, LONG_MS)))
    const unrelated = followed(open.store.changed(another.id, LONG_MS))
    await change(open.other, id)
    await Promise.all(waits.map(({ wait }) => wait))

    expect(unrelated.isOver).toBe(false)
    await open.store.take(another.id)
    await unrelated.wait
  })

  test('changed() waits on when the question comes back at another process', async () => {
    const { id } = await added()
    const held = followed(open.store.changed(id, LONG_MS))
    await open.other.asked(id, 'blocked')
    const before = await open.other.get(id)
    await open.pass(SHORT_MS)

    expect(before?.asked).toBe('blocked')
    expect(held.isOver).toBe(false)
    await open.other.decide(id, { state: 'denied' })
    await held.wait
  })

  test('changed() resolves when the change comes at the same time', async () => {
    for (let nth = 0; nth < AT_ONCE; nth++) {
      const { id } = await added()
      const wait = open.store.changed(id, LONG_MS)
      await open.other.decide(id, { state: 'denied' })
      await wait
    }
  })

  test('changed() resolves at once when the request is decided or gone', async () => {
    const { id } = await added()
    await open.other.decide(id, { state: 'denied' })

    await open.store.changed(id, LONG_MS)
    await open.store.changed('unknown', LONG_MS)
  })

  test('changed() resolves after its time when nothing changes', async () => {
    const { id } = await added()
    const { wait } = followed(open.store.changed(id, SHORT_MS))
    await open.pass(SHORT_MS)
    await wait

    expect((await open.store.get(id))?.state).toBe('waiting')
  })

  test('changed() resolves when its signal aborts', async () => {
    const { id } = await added()
    const leaving = new AbortController()
    const wait = open.store.changed(id, LONG_MS, leaving.signal)
    leaving.abort()
    await wait
    await open.store.changed(id, LONG_MS, leaving.signal)
  })
}

function testCounters(): void {
  test('count() counts each key from its first count on, for its window', async () => {
    expect(await open.store.count('alice', SHORT_MS)).toBe(1)
    expect(await open.other.count('alice', SHORT_MS)).toBe(2)
    expect(await open.other.count('bob', SHORT_MS)).toBe(1)
    await open.pass(SHORT_MS)

    expect(await open.store.count('alice', LONG_MS)).toBe(1)
  })

  test('count() counts each call when many come at the same time', async () => {
    const counts = await atOnce(store => store.count('at once', LONG_MS))

    expect(counts.sort((a, b) => a - b)).toEqual(Array.from({ length: AT_ONCE }, (_, nth) => nth + 1))
  })

  test('mark() succeeds once when many mark a key at the same time', async () => {
    const answers = await atOnce(store => store.mark('at once', LONG_MS))

    expect(answers.filter(isFirst => isFirst)).toHaveLength(1)
    expect(await open.other.isMarked('at once')).toBe(true)
    expect(await open.other.isMarked('another')).toBe(false)
  })

  test('a mark ends when it is removed or its time is over', async () => {
    await open.store.mark('removed', LONG_MS)
    await open.other.unmark('removed')
    expect(await open.store.isMarked('removed')).toBe(false)
    expect(await open.store.mark('removed', LONG_MS)).toBe(true)

    await open.store.mark('short', SHORT_MS)
    await open.pass(SHORT_MS)
    expect(await open.other.isMarked('short')).toBe(false)
    expect(await open.store.mark('short', LONG_MS)).toBe(true)
  })
}
