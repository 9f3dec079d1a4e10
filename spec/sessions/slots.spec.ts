import { getEventListeners, setMaxListeners } from 'node:events'
import { Slots } from '../../lib/sessions/slots'

/** Creates work that ends on command. */
function work(log: string[], name: string) {
  let end = () => {}
  let fail = (_reason: unknown) => {}
  const over = new Promise<string>((resolve, reject) => {
    end = () => resolve(name)
    fail = reject
  })
  const run = () => {
    log.push(name)
    return over
  }
  return { run, end, fail }
}

const never = new AbortController().signal
setMaxListeners(0, never)
const settled = () => new Promise(resolve => setImmediate(resolve))

test('waiting work starts in order of arrival when all slots are taken', async () => {
  const slots = new Slots(2)
  const log: string[] = []
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map(name => work(log, name)) as [Work, Work, Work, Work]
  const results = [a, b, c, d].map(({ run }) => slots.run(run, never))
  await settled()
  expect(log).toEqual(['a', 'b'])
  b.end()
  await settled()
  expect(log).toEqual(['a', 'b', 'c'])
  a.end()
  await settled()
  expect(log).toEqual(['a', 'b', 'c', 'd'])
  c.end()
  d.end()
  expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd'])
})
type Work = ReturnType<typeof work>

test('a slot is free again when its work rejects or throws', async () => {
  const slots = new Slots(1)
  const reason = new Error('failed')
  await expect(slots.run(() => Promise.reject(reason), never)).rejects.toBe(reason)
  const thrown = () => {
    throw reason
  }
  await expect(slots.run(thrown, never)).rejects.toBe(reason)
  expect(await slots.run(async () => 'next', never)).toBe('next')
})

test('a free slot goes to the next in the queue before new work', async () => {
  const slots = new Slots(1)
  const log: string[] = []
  const [first, waiting, late] = ['first', 'waiting', 'late'].map(name => work(log, name)) as [Work, Work, Work]
  const running = [slots.run(first.run, never), slots.run(waiting.run, never)]
  first.end()
  await running[0]
  running.push(slots.run(late.run, never))
  await settled()
  expect(log).toEqual(['first', 'waiting'])
  waiting.end()
  late.end()
  expect(await Promise.all(running)).toEqual(['first', 'waiting', 'late'])
})

describe('at the limits of the queue', () => {
  test('the slots are full when all are taken and the queue is full', async () => {
    const slots = new Slots(1, 1)
    const [a, b] = [work([], 'a'), work([], 'b')]
    expect(slots.hasRoomFor('')).toBe(true)
    const running = [slots.run(a.run, never)]
    expect(slots.hasRoomFor('')).toBe(true)
    running.push(slots.run(b.run, never))
    expect(slots.hasRoomFor('')).toBe(false)
    a.end()
    await running[0]
    expect(slots.hasRoomFor('')).toBe(true)
    b.end()
    await Promise.all(running)
    expect(slots.hasRoomFor('')).toBe(true)
  })

  test('the slots are full as soon as all are taken when no work may wait', async () => {
    const slots = new Slots(1, 0)
    const a = work([], 'a')
    expect(slots.hasRoomFor('')).toBe(true)
    const running = slots.run(a.run, never)
    expect(slots.hasRoomFor('')).toBe(false)
    a.end()
    await running
    expect(slots.hasRoomFor('')).toBe(true)
  })

  test('the slots are never full without a limit of the queue', async () => {
    const slots = new Slots(1)
    const a = work([], 'a')
    const running = Array.from({ length: 1000 }, () => slots.run(a.run, never))
    expect(slots.hasRoomFor('')).toBe(true)
    a.end()
    await Promise.all(running)
  })
})

describe('with an AbortSignal', () => {
  test('waiting work rejects with the reason, leaves the queue and never begins', async () => {
    const slots = new Slots(1, 2)
    const log: string[] = []
    const a = work(log, 'a')
    const leaving = new AbortController()
    const running = slots.run(a.run, never)
    const left = slots.run(work(log, 'b').run, leaving.signal)
    const next = slots.run(async () => log.push('c'), never)
    expect(slots.hasRoomFor('')).toBe(false)
    const reason = new Error('left')
    leaving.abort(reason)
    await expect(left).rejects.toBe(reason)
    expect(slots.hasRoomFor('')).toBe(true)
    a.end()
    await Promise.all([running, next])
    expect(log).toEqual(['a', 'c'])
  })

  test('work takes no slot when its signal was aborted before', async () => {
    const slots = new Slots(1)
    const reason = new Error('left')
    const run = jest.fn(async () => 'x')
    await expect(slots.run(run, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(run).not.toHaveBeenCalled()
    expect(await slots.run(async () => 'next', never)).toBe('next')
  })

  test('work leaves no listener on its signal', async () => {
    const slots = new Slots(1)
    const { signal } = new AbortController()
    const a = work([], 'a')
    const running = [slots.run(a.run, signal), slots.run(async () => 'b', signal)]
    expect(getEventListeners(signal, 'abort')).toHaveLength(1)
    a.end()
    await Promise.all(running)
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})
