// Logs in many times over real sockets, several logins at once or at random, to a test server that imitates a real one, or
// to a real one.
//
//   npm run bench:at-once [-- --logins 1000 --personality tigase --at-once 16 --at-once 32 --rate 8]
//   npm run bench:at-once -- --service http://127.0.0.1:5280/bosh [--domain localhost --username user1 --password user1]
//
// Every password is right, so every login has to succeed. Exit code 1: one did not.
import { randomInt } from 'node:crypto'
import { subscribe } from 'node:diagnostics_channel'
import { parseArgs } from 'node:util'
import { Authenticator } from './dist/index.js'
import { startBoshServer } from './dist/testing/server.js'
import { rounded, tableOf } from './report/table.js'

const { values } = parseArgs({
  options: {
    logins: { type: 'string', default: '1000' },
    personality: { type: 'string', default: 'tigase' },
    service: { type: 'string' },
    domain: { type: 'string', default: 'localhost' },
    username: { type: 'string', default: 'user1' },
    password: { type: 'string', default: 'user1' },
    'at-once': { type: 'string', multiple: true, default: ['16', '32', '50'] },
    rate: { type: 'string', multiple: true, default: ['1', '8', '20'] },
  },
})
const LOGINS = Number(values.logins)
const { personality, service, domain, username, password } = values

let sockets = 0
subscribe('net.client.socket', () => {
  sockets++
})

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
  const server = service
    ? { url: service, close() {} }
    : await startBoshServer({ domain, accounts: { [username]: password }, personality })
  const authenticator = new Authenticator({ service: server.url, domain })
  sockets = 0
  const outcomes = new Map()
  const startedAt = performance.now()
  await run(async () => {
    const outcome = await authenticator.authenticate({ username, password }).then(
      () => 'in',
      error => error.code,
    )
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  })
  const seconds = (performance.now() - startedAt) / 1000
  await authenticator.close()
  await server.close()
  const others = [...outcomes].filter(([outcome]) => outcome !== 'in').map(([outcome, count]) => `${count} ${outcome}`)
  return {
    name,
    seconds,
    sockets: sockets / LOGINS,
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
