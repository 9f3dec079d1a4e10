import { quietClock, systemClock } from '../../lib/time/clock'

const DAY_MS = 86_400_000

describe.each([
  { name: 'systemClock', clock: systemClock },
  { name: 'quietClock', clock: quietClock },
])('timers of $name', ({ clock }) => {
  beforeEach(() => {
    jest.useFakeTimers()
  })

  afterEach(() => {
    jest.useRealTimers()
  })

  it.each([1, 1000, DAY_MS, 24 * DAY_MS, 2 ** 31 - 1, 2 ** 31, 30 * DAY_MS, 100 * DAY_MS])(
    'end after %d ms and not earlier',
    ms => {
      const ended = jest.fn()
      clock.after(ms, ended)

      jest.advanceTimersByTime(ms - 1)
      expect(ended).not.toHaveBeenCalled()

      jest.advanceTimersByTime(1)
      expect(ended).toHaveBeenCalledTimes(1)
      expect(jest.getTimerCount()).toBe(0)
    },
  )

  it.each([0, 20, 40, 99])('are cancelled after %d of 100 days', days => {
    const ended = jest.fn()
    const cancel = clock.after(100 * DAY_MS, ended)
    jest.advanceTimersByTime(days * DAY_MS)

    cancel()

    expect(jest.getTimerCount()).toBe(0)
    jest.advanceTimersByTime(100 * DAY_MS)
    expect(ended).not.toHaveBeenCalled()
  })
})
