import { getEventListeners } from 'node:events'
import { AnySignal, GraceSignal, TimeoutSignal } from '../../lib/time/combined-signals'
import { untilAborted } from '../../lib/time/wait'
import { handClock } from '../fixtures/clock'

const settled = () => new Promise(resolve => setImmediate(resolve))
const listeners = (signal: AbortSignal) => getEventListeners(signal, 'abort').length

describe('with a TimeoutSignal', () => {
  test('the signal aborts when its time has passed, with a reason made at that moment', async () => {
    const clock = handClock()
    const reason = new Error('late')
    const make = jest.fn(() => reason)
    const signal = new TimeoutSignal(clock, 1000, make)
    clock.advance(999)
    await settled()
    expect(signal.aborted).toBe(false)
    expect(make).not.toHaveBeenCalled()
    clock.advance(1)
    await settled()
    expect(signal.reason).toBe(reason)
    expect(make).toHaveBeenCalledTimes(1)
  })

  test('the signal keeps the reason of the first parent that aborts', async () => {
    const clock = handClock()
    const [one, other] = [new AbortController(), new AbortController()]
    const signal = new TimeoutSignal(clock, 1000, () => new Error('late'), one.signal, other.signal)
    const reason = new Error('left')
    other.abort(reason)
    expect(signal.reason).toBe(reason)
    one.abort(new Error('too late to matter'))
    clock.advance(1000)
    await settled()
    expect(signal.reason).toBe(reason)
    signal.release()
  })

  test('the signal aborts at once when a parent was aborted before', () => {
    const reason = new Error('gone')
    const parents = [new AbortController().signal, AbortSignal.abort(reason)]
    const signal = new TimeoutSignal(handClock(), 1000, () => new Error('late'), ...parents)
    expect(signal.reason).toBe(reason)
  })

  test('a released signal does not abort and leaves no listener or timer behind', async () => {
    const clock = handClock()
    const parent = new AbortController()
    const make = jest.fn()
    const signal = new TimeoutSignal(clock, 1000, make, parent.signal)
    expect(listeners(parent.signal)).toBe(1)
    expect(clock.waiting).toEqual([1000])
    signal.release()
    expect(listeners(parent.signal)).toBe(0)
    expect(clock.waiting).toEqual([])
    clock.advance(1000)
    parent.abort(new Error('left'))
    await settled()
    expect(signal.aborted).toBe(false)
    expect(make).not.toHaveBeenCalled()
    expect(signal.release()).toBeUndefined()
  })
})

describe('with an AnySignal', () => {
  test('the signal keeps the reason of the first parent that aborts', () => {
    const [one, other] = [new AbortController(), new AbortController()]
    const signal = new AnySignal(one.signal, other.signal)
    expect(signal.aborted).toBe(false)
    const reason = new Error('left')
    other.abort(reason)
    one.abort(new Error('too late to matter'))
    expect(signal.reason).toBe(reason)
  })

  test('the signal takes the reason of a parent that was aborted before', () => {
    const reason = new Error('gone')
    expect(new AnySignal(new AbortController().signal, AbortSignal.abort(reason)).reason).toBe(reason)
  })

  test('a released signal does not follow its parent', () => {
    const parent = new AbortController()
    const signal = new AnySignal(parent.signal)
    expect(listeners(parent.signal)).toBe(1)
    signal.release()
    expect(listeners(parent.signal)).toBe(0)
    parent.abort()
    expect(signal.aborted).toBe(false)
  })
})

describe('with a GraceSignal', () => {
  test('the signal aborts some time after its parent, with the same reason', () => {
    const clock = handClock()
    const parent = new AbortController()
    const signal = new GraceSignal(clock, 2000, parent.signal)
    clock.advance(5000)
    expect(clock.waiting).toEqual([])
    const reason = new Error('left')
    parent.abort(reason)
    clock.advance(1999)
    expect(signal.aborted).toBe(false)
    clock.advance(1)
    expect(signal.reason).toBe(reason)
  })

  test('the delay begins at once when the parent was aborted before', () => {
    const clock = handClock()
    const reason = new Error('gone')
    const signal = new GraceSignal(clock, 2000, AbortSignal.abort(reason))
    expect(clock.waiting).toEqual([2000])
    clock.advance(2000)
    expect(signal.reason).toBe(reason)
  })

  test.each(['before', 'after'])('a signal that is released %s its parent aborts leaves nothing behind', when => {
    const clock = handClock()
    const parent = new AbortController()
    const signal = new GraceSignal(clock, 2000, parent.signal)
    if (when === 'after') parent.abort()
    signal.release()
    parent.abort()
    expect(clock.waiting).toEqual([])
    expect(listeners(parent.signal)).toBe(0)
    clock.advance(2000)
    expect(signal.aborted).toBe(false)
  })
})

describe('in untilAborted()', () => {
  test('the promise decides when the signal does not abort', async () => {
    const { signal } = new AbortController()
    expect(await untilAborted(Promise.resolve('done'), signal)).toBe('done')
    const reason = new Error('failed')
    await expect(untilAborted(Promise.reject(reason), signal)).rejects.toBe(reason)
    await settled()
    expect(listeners(signal)).toBe(0)
  })

  test('the reason of the signal decides when it aborts first', async () => {
    const controller = new AbortController()
    const waiting = untilAborted(new Promise(() => {}), controller.signal)
    const reason = new Error('left')
    controller.abort(reason)
    await expect(waiting).rejects.toBe(reason)
  })

  test('the reason of the signal decides when it was aborted before', async () => {
    const reason = new Error('left')
    await expect(untilAborted(Promise.resolve('done'), AbortSignal.abort(reason))).rejects.toBe(reason)
  })

  test('a late rejection of the promise is handled after the signal aborts', async () => {
    const unhandled = jest.fn()
    process.on('unhandledRejection', unhandled)
    const controller = new AbortController()
    let fail = (_reason: unknown) => {}
    const slow = new Promise((_, reject) => {
      fail = reject
    })
    const waiting = untilAborted(slow, controller.signal)
    controller.abort(new Error('left'))
    await expect(waiting).rejects.toThrow('left')
    fail(new Error('late'))
    await settled()
    await settled()
    process.off('unhandledRejection', unhandled)
    expect(unhandled).not.toHaveBeenCalled()
  })
})
