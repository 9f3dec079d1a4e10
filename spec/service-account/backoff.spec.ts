import { MAX_RECONNECT_MS, RECONNECT_JITTER_SHARE, STEADY_MS } from '../../lib/limits'
import { Backoff } from '../../lib/service-account/backoff'

const around = (ms: number) => [ms * (1 - RECONNECT_JITTER_SHARE), ms * (1 + RECONNECT_JITTER_SHARE)] as const
function expectAround(ms: number, wanted: number): void {
  const [least, most] = around(wanted)
  expect(ms).toBeGreaterThanOrEqual(least)
  expect(ms).toBeLessThanOrEqual(most)
}

test('the delays are 0, 250 ms and twice as long each time, up to 30 s, give or take a quarter', () => {
  const backoff = new Backoff()
  for (const wanted of [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
    expectAround(backoff.afterFailure(), wanted)
  }
})

test('the delays are spread', () => {
  const delays = Array.from({ length: 50 }, () => {
    const backoff = new Backoff()
    backoff.afterFailure()
    return backoff.afterFailure()
  })
  expect(new Set(delays).size).toBeGreaterThan(10)
})

test('the delays go on growing after short sessions and begin anew after a long one', () => {
  const backoff = new Backoff()
  expect(backoff.afterSession(1_000)).toBe(0)
  expectAround(backoff.afterSession(1_000), 250)
  expectAround(backoff.afterSession(STEADY_MS - 1), 500)
  expect(backoff.afterSession(STEADY_MS)).toBe(0)
})

test('the delay after a refusal is the longest one', () => {
  expectAround(new Backoff().afterRefusal(), MAX_RECONNECT_MS)
})

test('the delays stay bounded after many failures', () => {
  const backoff = new Backoff()
  for (let n = 0; n < 5_000; n++) backoff.afterFailure()
  expectAround(backoff.afterFailure(), MAX_RECONNECT_MS)
})
