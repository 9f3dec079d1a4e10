import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BENCH, evaluated } from './evaluated'

/* The limits of sign-ins without a password: the published run, and copies of it with changed measurements. */

interface Spread {
  median: number
  low: number
  high: number
}

interface Run {
  ratios: Record<'account' | 'confirm' | 'again', Spread>
  isJudged: boolean
  waiting: { waiting: number; bytes?: Spread; toOne?: Spread }[]
  postsPerMinute?: number
}

interface Verdict {
  readonly gates: readonly { readonly name: string; readonly limit: string; readonly holds: boolean }[]
}

const PAGE = readFileSync(join(BENCH, 'README.md'), 'utf8')
const published = (): Run => JSON.parse(readFileSync(join(BENCH, 'results/confirm.json'), 'utf8'))

function failedWith(change: (run: Run) => void): string[] {
  const run = published()
  change(run)
  const { gates } = evaluated<Verdict>(
    { verdictOnConfirm: 'targets/confirm.js' },
    'verdictOnConfirm(input ?? undefined)',
    run,
  )
  return gates.filter(({ holds }) => !holds).map(({ name }) => name)
}

const exactly = (number: number): Spread => ({ median: number, low: number, high: number })
const rowOf = ({ waiting }: Run, count: number) => {
  const row = waiting.find(one => one.waiting === count)
  if (!row) throw new Error(`the published run has no row for ${count}`)
  return row
}

const ACCOUNT = 'p50 of ask and answer against the bare exchange, ServiceAccount'
const CONFIRM = 'p50 of ask and answer against the bare exchange, Confirmations'
const BYTES = 'memory of each of 1000 waiting requests'
const MATCH = 'time to match an answer, 1000 waiting against 1'
const IDLE = 'requests a minute of an idle account'

test('the published run of sign-ins without a password holds all gates', () => {
  expect(failedWith(() => {})).toEqual([])
  expect(published().isJudged).toBe(true)
})

test.each<[string, (run: Run) => void]>([
  [ACCOUNT, run => Object.assign(run.ratios, { account: exactly(1.31) })],
  [CONFIRM, run => Object.assign(run.ratios, { confirm: exactly(1.81) })],
  [BYTES, run => Object.assign(rowOf(run, 1_000), { bytes: exactly(2_049) })],
  [MATCH, run => Object.assign(rowOf(run, 1_000), { toOne: exactly(1.31) })],
  [IDLE, run => Object.assign(run, { postsPerMinute: 1.6 })],
])('the gate "%s" fails alone when its measurement is beyond the limit', (name, change) => {
  expect(failedWith(change)).toEqual([name])
})

test.each<[string, (run: Run) => void]>([
  [ACCOUNT, run => Object.assign(run.ratios, { account: undefined })],
  [CONFIRM, run => Object.assign(run.ratios, { confirm: undefined })],
  [BYTES, run => Object.assign(rowOf(run, 1_000), { bytes: undefined })],
  [MATCH, run => Object.assign(rowOf(run, 1_000), { toOne: undefined })],
  [IDLE, run => Object.assign(run, { postsPerMinute: undefined })],
])('the gate "%s" fails when its measurement is missing', (name, change) => {
  expect(failedWith(change)).toEqual([name])
})

test('both comparisons fail when the bare exchange differs too much from itself', () => {
  expect(failedWith(run => Object.assign(run, { isJudged: false }))).toEqual([ACCOUNT, CONFIRM])
})

test('the page of the bench names the commands for sign-ins without a password', () => {
  for (const command of ['npm run bench:confirm', 'npm run bench:load -- --against FOLDER']) {
    expect(PAGE).toContain(command)
  }
})
