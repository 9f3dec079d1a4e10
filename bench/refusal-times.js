// Measures whether the time of a refusal tells of the account, on a real ejabberd and a real Prosody.
//
//   npm run bench:refusals [-- --samples 200 --in-flight 70 --server ejabberd --failure-delay 300]
//
// Kinds of refused logins in random order, with an idle server, and while other visitors log in. A rank test compares the
// times of each two kinds. Exit code 1: a difference was found (p at most 0.05, corrected for the number of tests), or
// there was an unexpected answer.
import { parseArgs } from 'node:util'
import { Authenticator } from './dist/index.js'
import { MAX_CONCURRENT_TOP } from './dist/limits.js'
import { comparisons, refusalsOf, underLoad } from './measure/refusals.js'
import { spread } from './measure/statistics.js'
import { rounded, tableOf, withSpread } from './report/table.js'
import { startServer } from './servers/index.js'
import { BLOCKED, DOMAIN, PASSWORD, USERS } from './servers/instance.js'

const { values } = parseArgs({
  options: {
    samples: { type: 'string', default: '200' },
    'in-flight': { type: 'string', default: '70' },
    'at-a-time': { type: 'string', default: '4' },
    'failure-delay': { type: 'string', default: '300' },
    mechanism: { type: 'string', default: 'SCRAM-SHA-1' },
    server: { type: 'string', multiple: true, default: ['ejabberd', 'prosody'] },
  },
})
const SAMPLES = Number(values.samples)
const IN_FLIGHT = Number(values['in-flight'])
const AT_A_TIME = Number(values['at-a-time'])
/** p up to which a difference counts as found */
const FOUND = 0.05

const KINDS = [
  { name: 'wrong password', username: USERS[0], password: 'wrong', code: 'invalid-credentials' },
  { name: 'unknown name', username: 'unknown', password: 'wrong', code: 'invalid-credentials' },
  { name: 'blocked account, right password', username: BLOCKED, password: PASSWORD, code: 'not-allowed' },
  { name: 'blocked account, wrong password', username: BLOCKED, password: 'wrong', code: 'invalid-credentials' },
]
const SERVERS = {
  ejabberd: { start: { kind: 'ejabberd', storage: 'scram' }, kinds: KINDS },
  prosody: { start: { kind: 'prosody' }, kinds: KINDS.filter(({ username }) => username !== BLOCKED) },
}

const found = []
for (const name of values.server) {
  const { start, kinds } = SERVERS[name]
  const server = await startServer(start)
  const options = { service: server.bosh, domain: DOMAIN, mechanisms: [values.mechanism], maxQueue: MAX_CONCURRENT_TOP }
  const authenticator = new Authenticator({ ...options, failureDelay: Number(values['failure-delay']) })
  try {
    for (const inFlight of [0, IN_FLIGHT]) {
      const users = server.users ?? USERS
      const login = nth => authenticator.authenticate({ username: users[nth % users.length], password: PASSWORD })
      const refuse = ({ username, password }) => authenticator.authenticate({ username, password })
      const work = () => refusalsOf(kinds, { samples: SAMPLES, atATime: AT_A_TIME }, refuse)
      const times = await underLoad(inFlight, login, work)
      console.log(`\n${server.version}, ${values.mechanism}, ${inFlight} right logins in flight:\n`)
      console.log(
        tableOf(
          ['Refused login', 'ms'],
          times.map(({ name, ms }) => [name, withSpread(spread(ms))]),
        ),
      )
      const compared = comparisons(times.map(({ name, ms }) => ({ name, numbers: ms })))
      console.log(
        `\n${tableOf(
          ['Pair', 'p', 'p, corrected'],
          compared.map(({ pair, p, corrected }) => [pair.join(' / '), rounded(p), rounded(corrected)]),
        )}`,
      )
      found.push(...compared.filter(({ corrected }) => corrected <= FOUND))
    }
  } finally {
    await authenticator.close()
    await server.stop()
  }
}
console.log(found.length === 0 ? '\nNo difference was found.' : `\n${found.length} differences were found.`)
process.exitCode = found.length === 0 ? 0 : 1
