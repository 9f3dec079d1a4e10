import { EVENTS, OWN_OUTCOMES } from '../../login-site/operation/events'
import { METRICS } from '../../login-site/operation/metrics/definitions'
import { textOf } from './blocks'

/* The tables of the operator's guide are those of the code. */

const GUIDE = textOf('docs/operating.md')

/** Returns the rows of the table under a head, without the marks of code. */
function tableUnder(head: string): string[][] {
  const start = GUIDE.indexOf(`${head}\n`)
  expect(start).toBeGreaterThan(-1)
  const [, , ...rows] = (GUIDE.slice(start).split('\n\n')[0] ?? '').split('\n')
  return rows.map(row =>
    row
      .slice(2, -2)
      .split(' | ')
      .map(cell => cell.replaceAll('`', '')),
  )
}

test('the guide lists every event with its level and its meaning', () => {
  expect(tableUnder('| `event` | Level | Meaning |')).toEqual(
    Object.entries(EVENTS).map(([name, [level, meaning]]) => [name, level, meaning]),
  )
})

test('the guide lists every outcome that is no code of the library', () => {
  expect(tableUnder('| `outcome` | Meaning |')).toEqual(Object.entries(OWN_OUTCOMES))
})

test('the guide lists every metric with its labels and its meaning', () => {
  expect(tableUnder('| Metric | Labels | Meaning |')).toEqual(
    Object.entries(METRICS).map(([name, [labels, help]]) => [name, labels.join(', ') || 'none', help]),
  )
})
