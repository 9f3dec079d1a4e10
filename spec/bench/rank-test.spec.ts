import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const MODULE = join(__dirname, '../../bench/measure/rank-test.js')

/** Calls a function of the bench, which consists of ES modules, once for each list of arguments. */
function call(name: 'rankTest' | 'heldTogether', calls: readonly (readonly number[][])[]): unknown[] {
  const program = `
    import * as tests from ${JSON.stringify(MODULE)}
    console.log(JSON.stringify(${JSON.stringify(calls)}.map(list => tests.${name}(...list))))`
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }))
}

const upTo = (count: number, of: (n: number) => number) => Array.from({ length: count }, (_, n) => of(n))
const TIMES = upTo(200, n => 300 + n / 20)
const FEW = upTo(30, n => n * 3)
const MANY = upTo(70, n => n + 11)

test('rankTest() returns the p of the two-sided Mann-Whitney test when lists have ties', () => {
  // U = 12.5, and five values are in both lists.
  const [p] = call('rankTest', [[upTo(10, n => n + 1), upTo(10, n => n + 6)]])

  expect(p).toBeCloseTo(0.005075392, 6)
})

test('rankTest() finds a shift of 2 ms and no shift of 0.1 ms when 200 times are spread over 10 ms', () => {
  const [large, small] = call('rankTest', [
    [TIMES, TIMES.map(ms => ms + 2)],
    [TIMES, TIMES.map(ms => ms + 0.1)],
  ])

  expect(large).toBeLessThan(1e-6)
  expect(small).toBeGreaterThan(0.05)
})

test('rankTest() returns 1 when the lists do not differ', () => {
  const same = upTo(50, () => 300)

  expect(
    call('rankTest', [
      [TIMES, TIMES],
      [same, same],
    ]),
  ).toEqual([1, 1])
})

test('rankTest() returns the same p when the lists change places and order', () => {
  const [one, other] = call('rankTest', [
    [FEW, MANY],
    [[...MANY].reverse(), FEW],
  ])

  expect(other).toBeCloseTo(one as number, 12)
})

test('heldTogether() corrects each p when there are several tests', () => {
  const [three, most, two] = call('heldTogether', [[[0.04, 0.01, 0.5]], [[0.6, 0.02, 0.021]], [[0.6, 0.7]]])

  expect(three).toEqual([0.08, 0.03, 0.5])
  expect(most).toEqual([0.6, 0.06, 0.06])
  expect(two).toEqual([1, 1])
})
