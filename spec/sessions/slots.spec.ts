import { getEventListeners, setMaxListeners } from 'node:events'
import { Slots } from '../../lib/sessions/slots'
import { LightSignal } from '../../lib/time/light-signal'

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

describe('with several keys', () => {
  const keyed = (slots: Slots, log: string[], name: string) => {
    const piece = work(log, name)
    const [key = ''] = name
    return { ...piece, done: slots.run(piece.run, never, key).catch(({ code }) => log.push(`${name} ${code}`)) }
  }
  const begun = (log: readonly string[]) => log.join(' ')

  test('a free slot goes to the waiting key that has the fewest running', async () => {
    const log: string[] = []
    const slots = new Slots(3)
    const pieces = ['a1', 'a2', 'a3', 'a4', 'a5', 'b1', 'b2', 'c1'].map(name => keyed(slots, log, name))
    for (const piece of pieces) {
      piece.end()
      await settled()
    }
    await Promise.all(pieces.map(({ done }) => done))
    expect(begun(log)).toBe('a1 a2 a3 b1 c1 a4 a5 b2')
  })

  test('keys with equally many running take turns', async () => {
    const log: string[] = []
    const slots = new Slots(1)
    const pieces = ['x1', 'a1', 'a2', 'a3', 'b1', 'b2', 'c1'].map(name => keyed(slots, log, name))
    for (let round = 0; round < pieces.length; round++) {
      const name = log.at(-1)
      pieces[['x1', 'a1', 'a2', 'a3', 'b1', 'b2', 'c1'].indexOf(name ?? '')]?.end()
      await settled()
    }
    expect(begun(log)).toBe('x1 a1 b1 c1 a2 b2 a3')
  })

  test('a full queue refuses the newest of the key that has the most waiting for a key with fewer', async () => {
    const log: string[] = []
    const slots = new Slots(1, 4)
    const pieces = ['a1', 'a2', 'a3', 'a4', 'b1'].map(name => keyed(slots, log, name))
    expect([slots.hasRoomFor('a'), slots.hasRoomFor('b'), slots.hasRoomFor('c')]).toEqual([false, true, true])
    pieces.push(keyed(slots, log, 'c1'))
    await settled()
    expect(log).toEqual(['a1', 'a4 ERR_XMPP_BUSY'])
    // Two of a, one of b, one of c wait: a place of a would only change the name of the key that has the most.
    expect([slots.hasRoomFor('a'), slots.hasRoomFor('b'), slots.hasRoomFor('c'), slots.hasRoomFor('d')]).toEqual([
      false,
      false,
      false,
      true,
    ])
    for (const { end } of pieces) end()
    await Promise.all(pieces.map(({ done }) => done))
    expect(log.filter(name => !name.includes(' '))).toEqual(['a1', 'b1', 'c1', 'a2', 'a3'])
  })

  test('a full queue of one each refuses the newcomer', async () => {
    const log: string[] = []
    const slots = new Slots(1, 3)
    const pieces = ['a1', 'b1', 'c1', 'd1', 'e1'].map(name => keyed(slots, log, name))
    await settled()
    expect(log).toEqual(['a1', 'e1 ERR_XMPP_BUSY'])
    for (const { end } of pieces) end()
    await Promise.all(pieces.map(({ done }) => done))
  })

  test.each<[what: string, keyOf: (n: number) => string]>([
    ['one key', () => ''],
    ['a hundred keys', n => String(n % 100)],
    ['as many keys', String],
  ])('twenty thousand that wait get through with %s, and few keys are compared for each', async (_, keyOf) => {
    const slots = new Slots(50, 20_000)
    const compared = jest.spyOn(Math, 'min')
    let ran = 0
    const all = Array.from({ length: 20_050 }, (_, n) => slots.run(async () => ran++, new LightSignal(), keyOf(n)))
    expect(slots.hasRoomFor(keyOf(0))).toBe(false)
    await Promise.all(all)
    expect(ran).toBe(20_050)
    // Different numbers of running work: 1 + 2 + … + 10 is more than the 50 slots.
    expect(Math.max(...compared.mock.calls.map(numbers => numbers.length))).toBeLessThanOrEqual(10)
    compared.mockRestore()
  })

  test('all of five thousand that wait may leave in any order', async () => {
    const slots = new Slots(1)
    const first = work([], 'first')
    const running = slots.run(first.run, never)
    const visitors = Array.from({ length: 5_000 }, () => new LightSignal())
    const left = visitors.map((signal, n) => slots.run(async () => {}, signal, String(n % 1000)).catch(() => 'left'))
    for (let n = 0; n < visitors.length; n += 2) visitors[n]?.abort()
    for (let n = visitors.length - 1; n > 0; n -= 2) visitors[n]?.abort()
    expect(new Set(await Promise.all(left))).toEqual(new Set(['left']))
    first.end()
    await running
    expect(await slots.run(async () => 'next', never)).toBe('next')
  })
})
