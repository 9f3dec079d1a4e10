import type { ConfirmRecord } from '../../lib/index'
import type { AbortSignalLike } from '../../lib/time/light-signal'
import { bench, chat, settled } from '../fixtures/confirm/people'

/* A request from the side of its browser: waiting(), settled(), take(), signedIn(), cancel(), close(). */

const ALICE = 'alice@b.test'
const PHONE = `${ALICE}/phone`

async function asked() {
  const scene = bench()
  const { id, view } = await scene.start(ALICE, { place: 'Firefox, 203.0.113.7' })
  return { ...scene, id, view }
}

test('waiting() returns the view that start() returned, and none for another id', async () => {
  const { confirmations, id, view } = await asked()

  expect(await confirmations.waiting(id)).toEqual(view)
  expect(await confirmations.waiting(view.number)).toBeUndefined()
  expect(await confirmations.waiting(view.code ?? '')).toBeUndefined()
  expect(await confirmations.waiting('')).toBeUndefined()
})

test('settled() returns at once when an answer comes', async () => {
  const { confirmations, say, id, view } = await asked()
  const held = confirmations.settled(id, 20_000)
  await settled()

  await say(PHONE, view.number)

  expect(await held).toMatchObject({ state: 'decided', granted: true, way: 'number' })
})

test('settled() returns the waiting request after its time', async () => {
  const { confirmations, clock, id, view } = await asked()
  const held = confirmations.settled(id, 20_000)
  await settled()
  clock.advance(20_000)

  expect(await held).toEqual(view)
})

test('settled() returns at once when the request is decided already, and leaves no timer', async () => {
  const { confirmations, say, clock, id, view } = await asked()
  await say(PHONE, view.number)
  const timers = clock.waiting.length

  expect(await confirmations.settled(id, 20_000)).toMatchObject({ granted: true })
  expect(clock.waiting).toHaveLength(timers)
})

test('settled() sees a decision that comes between its look and its wait', async () => {
  const { confirmations, store, id } = await asked()
  const get = store.get.bind(store)
  store.get = async key => {
    const record = await get(key)
    store.get = get
    await store.decide(id, { state: 'granted', way: 'number' })
    return record
  }

  expect(await confirmations.settled(id, 20_000)).toMatchObject({ granted: true })
})

test('settled() returns when its signal aborts, and leaves no timer', async () => {
  const { confirmations, clock, id } = await asked()
  const visitor = new AbortController()
  const timers = clock.waiting.length
  const held = confirmations.settled(id, 20_000, visitor.signal)
  await settled()
  expect(clock.waiting).toHaveLength(timers + 1)
  visitor.abort()

  expect(await held).toMatchObject({ state: 'waiting' })
  expect(clock.waiting).toHaveLength(timers)
})

test('settled() returns undefined when the request expires or is given up', async () => {
  const { confirmations, clock, id, start } = await asked()
  const second = await start(ALICE)
  const held = [confirmations.settled(id, 60_000), confirmations.settled(second.id, 60_000)]
  await settled()
  await confirmations.cancel(second.id)
  expect(await held[1]).toBeUndefined()

  clock.advance(150_000)
  await held[0]
  const last = confirmations.settled(id, 60_000)
  await settled()
  clock.advance(30_000)
  expect(await last).toBeUndefined()
})

test('settled() holds no longer than a minute', async () => {
  const { confirmations, clock, id } = await asked()
  const held = confirmations.settled(id, Number.POSITIVE_INFINITY)
  await settled()

  expect(clock.waiting).toContain(60_000)
  clock.advance(60_000)
  await held
})

test('settled() holds 16 pages of one request, and one more releases the oldest', async () => {
  const { confirmations, id } = await asked()
  const released: number[] = []
  for (let page = 0; page < 18; page++) {
    void confirmations.settled(id, 20_000).then(() => released.push(page))
    await settled()
  }

  expect(released).toEqual([0, 1])
})

test('take() returns a granted request once and says nothing', async () => {
  const { confirmations, say, account, id, view } = await asked()
  await say(PHONE, view.number)
  const told = account.told.length

  const record = await confirmations.take(id)

  expect(record).toMatchObject({ id, state: 'granted', jid: ALICE, way: 'number' })
  expect(await confirmations.take(id)).toBeUndefined()
  expect(await confirmations.waiting(id)).toBeUndefined()
  expect(account.told).toHaveLength(told)
})

/** Returns a bench whose granted request is taken. */
async function taken() {
  const scene = await asked()
  await scene.say(PHONE, scene.view.number)
  const record = await scene.confirmations.take(scene.id)
  if (record === undefined) throw new Error('the request is over')
  return { ...scene, record }
}

test('signedIn() tells the account that it is signed in', async () => {
  const { confirmations, account, record } = await taken()

  expect(await confirmations.signedIn(record)).toBe(true)

  expect(account.told.at(-1)).toMatchObject({
    to: ALICE,
    text: 'You are signed in to app.example.\nFrom: Firefox, 203.0.113.7\nNot you? Answer STOP.',
  })
})

test('signedIn() returns false and says nothing when the account answered STOP after take()', async () => {
  const { confirmations, account, say, record } = await taken()
  await say(PHONE, 'STOP')
  const told = account.told.length

  expect(await confirmations.signedIn(record)).toBe(false)
  expect(account.told).toHaveLength(told)
})

test('take() returns a granted request to one of many calls at the same moment', async () => {
  const { confirmations, say, id, view } = await asked()
  await say(PHONE, view.number)

  const records = await Promise.all(Array.from({ length: 10 }, () => confirmations.take(id)))

  expect(records.filter(record => record !== undefined)).toHaveLength(1)
})

test('signedIn() returns false and says nothing when the request was denied', async () => {
  const { confirmations, say, account, id } = await asked()
  await say(PHONE, 'no')
  const told = account.told.length
  const record = await confirmations.take(id)

  expect(record).toMatchObject({ state: 'denied' })
  expect(await confirmations.signedIn(record as ConfirmRecord)).toBe(false)
  expect(account.told).toHaveLength(told)
})

test('signedIn() does not wait for the notice, and fails not when it cannot be sent', async () => {
  const { confirmations, account, record } = await taken()
  account.sends = () => Promise.reject(new Error('away'))

  expect(await confirmations.signedIn(record)).toBe(true)
  await settled()
})

test('a granted request expires like any other', async () => {
  const { confirmations, say, clock, id, view } = await asked()
  await say(PHONE, view.number)
  clock.advance(180_000)

  expect(await confirmations.take(id)).toBeUndefined()
})

test('an answer after cancel() grants nothing', async () => {
  const { confirmations, say, id, view } = await asked()
  await confirmations.cancel(id)

  const [answer] = await say(PHONE, view.number)

  expect(answer?.text).toMatch(/^This answer came too late/)
  expect(await confirmations.take(id)).toBeUndefined()
})

test('a request is decided once when two answers race', async () => {
  const { confirmations, store, id } = await asked()
  const outcomes = await Promise.all([
    store.decide(id, { state: 'granted', way: 'number' }),
    store.decide(id, { state: 'denied' }),
    store.decide(id, { state: 'granted', way: 'dialog' }),
  ])

  expect(outcomes).toEqual([true, false, false])
  expect(await confirmations.take(id)).toMatchObject({ state: 'granted', way: 'number' })
})

test('close() listens no longer, refuses starts and resolves when the messages before it are worked on', async () => {
  const { confirmations, account, start, id, view } = await asked()
  account.hears(chat(PHONE, view.number))

  await confirmations.close()

  expect(account.listeners.size).toBe(0)
  expect(await confirmations.take(id)).toMatchObject({ state: 'granted' })
  await expect(start(ALICE)).rejects.toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
})

test('a store that fails while an answer comes grants nothing, and the next answer counts', async () => {
  const { confirmations, say, store, id, view } = await asked()
  const decide = store.decide.bind(store)
  store.decide = () => Promise.reject(new Error('the store is away'))
  expect(await say(PHONE, view.number)).toEqual([])
  store.decide = decide

  await say(PHONE, view.number)

  expect(await confirmations.waiting(id)).toMatchObject({ granted: true })
})

test('allowAsking() ignores a text that is not a JID', async () => {
  const { confirmations } = await asked()
  await expect(confirmations.allowAsking('alice')).resolves.toBeUndefined()
})

test('signedIn() returns true when the texts of the app throw', async () => {
  let isBroken = false
  const { start, say, confirmations } = bench({
    texts: () => {
      if (isBroken) throw new Error('no texts')
      return {}
    },
  })
  const { id, view } = await start(ALICE)
  await say(PHONE, view.number)
  isBroken = true
  const record = await confirmations.take(id)

  expect(await confirmations.signedIn(record as ConfirmRecord)).toBe(true)
  await settled()
})

test('settled() rejects, and leaves no rejection and no timer behind, when the store fails at its look and at its wait', async () => {
  const { confirmations, store, id } = await asked()
  const rejections: unknown[] = []
  const note = (reason: unknown) => rejections.push(reason)
  process.on('unhandledRejection', note)
  let wait: AbortSignalLike | undefined
  store.get = () => Promise.reject(new Error('the store is away'))
  store.changed = (_id, _ms, signal) => {
    wait = signal
    return settled().then(() => Promise.reject(new Error('the store is away')))
  }

  await expect(confirmations.settled(id, 20_000)).rejects.toThrow('the store is away')
  await settled()
  await settled()

  process.off('unhandledRejection', note)
  expect(rejections).toEqual([])
  expect(wait?.aborted).toBe(true)
})
