// Logs in many times to a test server that imitates a real one, several logins at once, over real sockets.
//
//   npm run bench:tigase [-- --logins 1000 --personality tigase --at-once 16 --at-once 32 --rate 8]
//
// Every password is right, so every login has to succeed. Exit code 1: one did not.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { Authenticator } from './dist/index.js'
import { startBoshServer } from './dist/testing/server.js'
import { rounded, tableOf } from './report/table.js'

const { values } = parseArgs({
  options: {
    logins: { type: 'string', default: '1000' },
    personality: { type: 'string', default: 'tigase' },
    'at-once': { type: 'string', multiple: true, default: ['16', '32', '50'] },
    rate: { type: 'string', multiple: true, default: ['8', '20'] },
  },
})
const LOGINS = Number(values.logins)
const DOMAIN = 'localhost'
const CREDENTIALS = { username: 'user1', password: 'user1' }

/** Runs LOGINS logins, at most `atOnce` at a time. */
async function atOnce(logIn, count) {
  let left = LOGINS
  const one = async () => {
    while (left-- > 0) await logIn()
  }
  await Promise.all(Array.from({ length: count }, one))
}

/** Runs LOGINS logins that begin at random, `perSecond` of them in a second on average. */
async function atRandom(logIn, perSecond) {
  const begun = []
  for (let login = 0; login < LOGINS; login++) {
    begun.push(logIn())
    await new Promise(resolve =>
      setTimeout(resolve, (-Math.log(randomInt(1, 1_000_000) / 1_000_000) * 1000) / perSecond),
    )
  }
  await Promise.all(begun)
}

async function measured(name, run) {
  const server = await startBoshServer({
    domain: DOMAIN,
    accounts: { user1: 'user1' },
    personality: values.personality,
  })
  const authenticator = new Authenticator({ service: server.url, domain: DOMAIN })
  const outcomes = new Map()
  const startedAt = performance.now()
  await run(async () => {
    const outcome = await authenticator.authenticate(CREDENTIALS).then(
      () => 'in',
      error => error.code,
    )
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  })
  const seconds = (performance.now() - startedAt) / 1000
  await authenticator.close()
  const { connections } = server
  await server.close()
  const others = [...outcomes].filter(([outcome]) => outcome !== 'in').map(([outcome, count]) => `${count} ${outcome}`)
  return {
    name,
    seconds,
    sockets: connections / LOGINS,
    in: outcomes.get('in') ?? 0,
    others: others.join(', ') || 'none',
  }
}

const rows = []
for (const count of values['at-once']) rows.push(await measured(`${count} at once`, run => atOnce(run, Number(count))))
for (const rate of values.rate)
  rows.push(await measured(`${rate} a second, at random`, run => atRandom(run, Number(rate))))

const shown = rows.map(row => [
  row.name,
  `${row.in} of ${LOGINS}`,
  row.others,
  rounded(row.seconds),
  rounded(row.sockets),
])
console.log(tableOf(['logins', 'in', 'others', 's', 'sockets per login'], shown))
process.exitCode = rows.every(row => row.in === LOGINS) ? 0 : 1
