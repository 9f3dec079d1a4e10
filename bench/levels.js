// Measures whether the time of a refusal tells of the account, on servers that need time for a known name.
//
//   npm run bench:levels [-- --samples 200 --visitors 10 --failure-delay 300 --only "1,500 ms"]
//
//   --only  measures the situations whose title contains this text
//
// The servers are mocks (mock/slow-dialogue.js), and refuse an unknown name at once. In each situation, visitors with keys of
// their own send all kinds of refused logins in random order, one at a time each. The first ten logins do not count. A rank
// test compares times and codes of each two kinds. Exit code 1: a difference was found (p at most 0.05, corrected for the
// number of tests in the whole run).
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { Authenticator } from './dist/index.js'
import { startChild } from './measure/child.js'
import { heldTogether } from './measure/rank-test.js'
import { comparisons, refusalsOf, underLoad } from './measure/refusals.js'
import { groupsOf } from './measure/situations.js'
import { spread } from './measure/statistics.js'
import { KEYLESS } from './mock/slow-dialogue.js'
import { rounded, tableOf, withSpread } from './report/table.js'
import { BLOCKED, DOMAIN, PASSWORD, USERS } from './servers/instance.js'

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '200' },
    visitors: { type: 'string', default: '10' },
    'failure-delay': { type: 'string', default: '300' },
    only: { type: 'string', default: '' },
  },
})
const SAMPLES = Number(values.samples)
const VISITORS = Number(values.visitors)
/** p up to which a difference counts as found */
const FOUND = 0.05
/** number of logins before those that count */
const FIRST = 10

const WRONG = { name: 'wrong password', username: USERS[0], password: 'wrong', code: 'invalid-credentials' }
const UNKNOWN = { name: 'unknown name', username: 'unknown', password: 'wrong', code: 'invalid-credentials' }
const KINDS = [
  WRONG,
  UNKNOWN,
  { name: 'blocked, right password', username: BLOCKED, password: PASSWORD, code: 'not-allowed' },
  { name: 'blocked, wrong password', username: BLOCKED, password: 'wrong', code: 'invalid-credentials' },
  { name: 'account without a key', username: KEYLESS, password: 'wrong', code: 'ERR_XMPP_UNAVAILABLE' },
]

/** Refuses logins in one situation, and returns the refusals that count, by kind. */
async function measured(situation, port) {
  const { mechanism, inFlight, timeout } = situation
  const options = { service: `http://127.0.0.1:${port}/bosh`, domain: DOMAIN, mechanisms: [mechanism] }
  const failureDelay = Number(values['failure-delay'])
  const authenticator = new Authenticator({ ...options, failureDelay, ...(timeout && { timeout }) })
  const codes = timeout ? ['ERR_XMPP_TIMEOUT'] : []
  const one = ({ username, password }, nth) => authenticator.authenticate({ username, password }, { key: `one ${nth}` })
  const login = nth =>
    authenticator.authenticate({ username: USERS[0], password: PASSWORD }, { key: `other ${nth}` }).catch(error => {
      if (!codes.includes(error.code)) throw error
    })
  try {
    return await underLoad(inFlight, login, async () => {
      await refusalsOf([WRONG, UNKNOWN], { samples: FIRST / 2, atATime: 1, codes }, one)
      return refusalsOf(KINDS, { samples: SAMPLES, atATime: VISITORS, codes }, one)
    })
  } finally {
    await authenticator.close()
  }
}

/** Compares times, and the codes of the kinds that look alike. */
function compared(refusals) {
  const times = comparisons(refusals.map(({ name, ms }) => ({ name, numbers: ms })))
  const [wrong, unknown] = refusals
  const late = ({ name, codes }) => ({ name, numbers: codes.map(code => Number(code === 'ERR_XMPP_TIMEOUT')) })
  return { times, codes: comparisons([late(wrong), late(unknown)]) }
}

/** Measures the situations of one group at the same time. */
async function resultsOf(group, servers) {
  const ports = []
  for (const { slow, ms } of group) ports.push((await servers.ask({ slow, ms })).port)
  const all = await Promise.all(group.map((situation, nth) => measured(situation, ports[nth])))
  return all.map((refusals, nth) => ({ ...group[nth], refusals, ...compared(refusals) }))
}

function rowOf({ title, refusals, times }) {
  const least = Math.min(...times.map(({ corrected }) => corrected))
  return [title, ...refusals.map(({ ms }) => withSpread(spread(ms))), rounded(times[0].p), rounded(least)]
}

const servers = await startChild('mock/slow-process.js')
const results = []
try {
  for (const group of groupsOf(values.only)) {
    const measured = await resultsOf(group, servers)
    results.push(...measured)
    const head = ['Server', ...KINDS.map(({ name }) => name), 'p, known / unknown', 'least p, corrected']
    console.log(`${tableOf(head, measured.map(rowOf))}\n\nLoad average ${rounded(loadavg()[0])}\n`)
  }
} finally {
  await servers.stop()
}

for (const { title, refusals, codes } of results.filter(({ timeout }) => timeout)) {
  const timedOut = refusals.map(({ codes }) => codes.filter(code => code === 'ERR_XMPP_TIMEOUT').length)
  const counts = refusals.map(({ name }, nth) => `${name} ${timedOut[nth]}`).join(', ')
  console.log(`${title}: timeouts of ${SAMPLES}: ${counts}; p, known / unknown: ${rounded(codes[0].p)}\n`)
}
const tests = results.flatMap(({ title, times, codes }) => [...times, ...codes].map(test => ({ title, ...test })))
const together = heldTogether(tests.map(({ p }) => p))
const found = tests.filter((_, nth) => together[nth] <= FOUND)
for (const { title, pair, p } of found)
  console.log(`Difference: ${title}: ${pair.join(' / ')}, p ${p.toExponential(1)}\n`)
const known = results.filter(({ times }) => times[0].p <= FOUND).length
console.log(
  `Known and unknown names: p at most ${FOUND} in ${known} of ${results.length} situations, before the correction.`,
)
console.log(`${found.length} of ${tests.length} tests found a difference, after it.`)
process.exitCode = found.length === 0 ? 0 : 1
