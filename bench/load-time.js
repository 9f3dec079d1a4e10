// Measures the time that an app waits for `require('passport-xmpp-bosh')`, in fresh processes.
//
//   npm run bench:load -- --against FOLDER [--rounds 41]
//
//   --against  another checkout of this project with its dist built
//
// The two versions take turns. Exit code: 0, this version takes at most 2 ms more; 1, it takes longer.
import { execFileSync } from 'node:child_process'
import { loadavg } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { interleaved } from './measure/interleave.js'
import { spread } from './measure/statistics.js'
import { rounded, tableOf, withSpread } from './report/table.js'
import { verdictText } from './report/verdict.js'
import { failedOf, gatesAndTargets, judged } from './targets/gates.js'

/** ms that this version may take beyond the other one */
const MOST_MORE = 2

const { values } = parseArgs({ options: { against: { type: 'string' }, rounds: { type: 'string', default: '41' } } })
if (values.against === undefined) throw new Error('--against: the folder of another checkout is missing')
const rounds = Number(values.rounds)
const entries = {
  this: fileURLToPath(new URL('../dist/index.js', import.meta.url)),
  other: join(resolve(process.env.INIT_CWD ?? '.', values.against), 'dist/index.js'),
}
const PROGRAM = `
  const before = process.memoryUsage().heapUsed
  const startedAt = performance.now()
  require(process.argv[1])
  const ms = performance.now() - startedAt
  console.log(JSON.stringify({ ms, bytes: process.memoryUsage().heapUsed - before }))`

const samples = await interleaved({
  names: Object.keys(entries),
  rounds,
  warmups: 3,
  measure: async name =>
    JSON.parse(execFileSync(process.execPath, ['-e', PROGRAM, entries[name]], { encoding: 'utf8' })),
})
const of = (name, measure) => samples[name].map(sample => sample[measure])
const more = spread(of('this', 'ms').map((ms, round) => ms - of('other', 'ms')[round]))
const report = gatesAndTargets([
  judged('time of require() beyond the other version', more, { most: MOST_MORE, unit: ' ms' }),
])
console.log(`${rounds} rounds. Load of the machine: ${loadavg().map(rounded).join(', ')}.\n`)
console.log(
  tableOf(
    ['Version', 'ms of require()', 'MB of heap'],
    ['this', 'other'].map(name => [
      name,
      withSpread(spread(of(name, 'ms'))),
      withSpread(spread(of(name, 'bytes').map(bytes => bytes / 1e6))),
    ]),
  ),
)
console.log(`\n${verdictText(report)}`)
process.exitCode = failedOf(report.gates).length === 0 ? 0 : 1
