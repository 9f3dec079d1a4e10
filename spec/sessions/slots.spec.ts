import { getEventListeners, setMaxListeners } from 'node:events'
import { Slots } from '../../lib/sessions/slots'

/** Work that ends when it is told to. */
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

test('no more at a time than there are slots; the others wait in order of arrival', async () => {
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

test('work that fails, also at once, frees its slot', async () => {
  const slots = new Slots(1)
  const reason = new Error('failed')
  await expect(slots.run(() => Promise.reject(reason), never)).rejects.toBe(reason)
  const thrown = () => {
    throw reason
  }
  await expect(slots.run(thrown, never)).rejects.toBe(reason)
  expect(await slots.run(async () => 'next', never)).toBe('next')
})

test('a slot goes to the next in line: who comes later has to wait', async () => {
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

describe('full', () => {
  test('is when all slots are taken and nobody more may wait', async () => {
    const slots = new Slots(1, 1)
    const [a, b] = [work([], 'a'), work([], 'b')]
    expect(slots.isFull).toBe(false)
    const running = [slots.run(a.run, never)]
    expect(slots.isFull).toBe(false)
    running.push(slots.run(b.run, never))
    expect(slots.isFull).toBe(true)
    a.end()
    await running[0]
    expect(slots.isFull).toBe(false)
    b.end()
    await Promise.all(running)
    expect(slots.isFull).toBe(false)
  })

  test('is at once when nobody may wait', async () => {
    const slots = new Slots(1, 0)
    const a = work([], 'a')
    expect(slots.isFull).toBe(false)
    const running = slots.run(a.run, never)
    expect(slots.isFull).toBe(true)
    a.end()
    await running
    expect(slots.isFull).toBe(false)
  })

  test('is never without a limit', async () => {
    const slots = new Slots(1)
    const a = work([], 'a')
    const running = Array.from({ length: 1000 }, () => slots.run(a.run, never))
    expect(slots.isFull).toBe(false)
    a.end()
    await Promise.all(running)
  })
})

describe('who does not wait any longer', () => {
  test('gets the reason, leaves the line and never begins', async () => {
    const slots = new Slots(1, 2)
    const log: string[] = []
    const a = work(log, 'a')
    const leaving = new AbortController()
    const running = slots.run(a.run, never)
    const left = slots.run(work(log, 'b').run, leaving.signal)
    const next = slots.run(async () => log.push('c'), never)
    expect(slots.isFull).toBe(true)
    const reason = new Error('left')
    leaving.abort(reason)
    await expect(left).rejects.toBe(reason)
    expect(slots.isFull).toBe(false)
    a.end()
    await Promise.all([running, next])
    expect(log).toEqual(['a', 'c'])
  })

  test('takes no slot when gone before', async () => {
    const slots = new Slots(1)
    const reason = new Error('left')
    const run = jest.fn(async () => 'x')
    await expect(slots.run(run, AbortSignal.abort(reason))).rejects.toBe(reason)
    expect(run).not.toHaveBeenCalled()
    expect(await slots.run(async () => 'next', never)).toBe('next')
  })

  test('leaves nothing behind on the signal', async () => {
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
