// What a login costs our process, against the floor of the same exchanges, on a mock that costs little.
//
//   npm run bench:fine [-- --rounds 15 --warmups 4 --logins 1500 --concurrency 8]
//
// Prints the table and the gates, and writes results/against-floor.json. Exit code: 0, all gates hold; 1, one does not; 2, the
// floor differs from itself by more than 8 %, so nothing can be said.
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startApp, yes } from './contestants/express-app.js'
import createFloor from './contestants/floor.js'
import { Authenticator, Strategy } from './dist/index.js'
import { MAX_SOCKETS } from './dist/limits.js'
import { startChild } from './measure/child.js'
import { atATime, interleaved } from './measure/interleave.js'
import { ratios, spread } from './measure/statistics.js'
import { fineText } from './report/against-floor.js'
import { gateTable } from './report/verdict.js'
import { DOMAIN, PASSWORD, USERS } from './servers/instance.js'
import { gate } from './targets/gates.js'

const AA_LIMIT = 0.08
const SETTLE_MS = 5_000
/** logins before each measured turn: the pool has all its connections again, caches are warm again. */
const PRELUDE = 4 * MAX_SOCKETS

const VARIANTS = {
  'PLAIN, bind: false': { mechanism: 'PLAIN', bind: false, exchanges: 2, most: 1.6 },
  'PLAIN, bind': { mechanism: 'PLAIN', bind: true, exchanges: 4 },
  'SCRAM-SHA-1, bind': { mechanism: 'SCRAM-SHA-1', bind: true, exchanges: 5, most: 1.15 },
  'SCRAM-SHA-256, bind': { mechanism: 'SCRAM-SHA-256', bind: true, exchanges: 5, most: 1.15 },
}
const [LEAST] = Object.keys(VARIANTS)
const floorOf = variant => `floor: ${variant}`
const authenticatorOf = variant => `Authenticator: ${variant}`
/** The floor of a variant that is judged, once more: what it differs by is what the machine does. */
const againOf = variant => `${floorOf(variant)}, again`
const YES = 'Express, a strategy that says yes'
const EXPRESS = `Express, Strategy: ${LEAST}`
/** What putting both sides of HTTP into one process costs by itself: the floor where the strategy is. */
const EXPRESS_FLOOR = `Express, floor: ${LEAST}`
/** What a µs of work costs where the other side of the wire goes to sleep meanwhile. */
const IDLE_US = 30
const IDLER = `${floorOf(LEAST)}, and ${IDLE_US} µs of nothing`
const STRATEGY_MOST = 0.1

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    warmups: { type: 'string', default: '4' },
    logins: { type: 'string', default: '1500' },
    concurrency: { type: 'string', default: '8' },
  },
})
const { rounds, warmups, logins, concurrency } = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, Number(value)]),
)

const mock = await startChild('mock/process.js')
const visitors = await startChild('measure/visitors.js')
const url = `http://127.0.0.1:${mock.ready.port}/bosh`
const [username] = USERS
const password = PASSWORD
const closing = []

function floorFor({ mechanism, bind }) {
  const floor = createFloor({ bosh: url, mechanism, bind })
  closing.push(() => floor.close())
  return async () => {
    if (!(await floor.login(username, password))) throw new Error('refused')
  }
}

function idling(login) {
  return async () => {
    await login()
    const until = performance.now() + IDLE_US / 1000
    while (performance.now() < until);
  }
}

function optionsFor({ mechanism, bind }) {
  return { service: url, domain: DOMAIN, mechanisms: [mechanism], bind }
}

function authenticatorFor(variant) {
  const authenticator = new Authenticator(optionsFor(variant))
  closing.push(() => authenticator.close())
  return () => authenticator.authenticate({ username, password })
}

/** A strategy that is nothing but a login. */
function strategyOf(login) {
  return {
    authenticate() {
      login().then(() => this.success({ jid: `${username}@${DOMAIN}` }), this.error)
    },
  }
}

async function visitsOf(strategy) {
  const app = await startApp(strategy)
  closing.push(() => app.close())
  return async (number, width) => {
    const ends = { logins: number, concurrency: width }
    const { right } = await visitors.ask({ port: app.port, usernames: [username], password, ...ends })
    if (right !== number) throw new Error(`the app let ${right} of ${number} in`)
  }
}

/** Contestant -> does so many logins, so many at a time. */
async function contestants() {
  const together = login => (number, width) => atATime(number, width, login)
  const entries = []
  for (const [name, variant] of Object.entries(VARIANTS)) {
    entries.push([floorOf(name), together(floorFor(variant))])
    entries.push([authenticatorOf(name), together(authenticatorFor(variant))])
    if (variant.most) entries.push([againOf(name), together(floorFor(variant))])
    if (name === LEAST) {
      entries.push([IDLER, together(idling(floorFor(variant)))])
      const strategy = new Strategy(optionsFor(variant))
      closing.push(() => strategy.close())
      entries.push([YES, await visitsOf(yes)], [EXPRESS, await visitsOf(strategy)])
      entries.push([EXPRESS_FLOOR, await visitsOf(strategyOf(floorFor(variant)))])
    }
  }
  return Object.fromEntries(entries)
}

/** What the mock counted, once every session is terminated. */
async function settled() {
  const deadline = Date.now() + SETTLE_MS
  for (;;) {
    const counts = await mock.ask('count')
    if (counts.open === 0) return counts
    if (Date.now() > deadline) throw new Error(`${counts.open} sessions are not terminated`)
  }
}

async function measure(run) {
  await run(PRELUDE, MAX_SOCKETS)
  const before = await settled()
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  await run(logins, concurrency)
  const wall = performance.now() - startedAt
  const after = await settled()
  const { user, system } = process.cpuUsage(cpu)
  return {
    /** ms per login, all threads, its terminate included */
    cpu: (user + system) / 1000 / logins,
    perSecond: logins / (wall / 1000),
    requests: (after.requests - before.requests) / logins,
    terminates: (after.terminated - before.terminated) / logins,
    connections: after.connections - before.connections,
  }
}

function verdicts(samples) {
  const cpu = name => samples[name].map(sample => sample.cpu)
  const results = Object.keys(samples).map(name => {
    const variant = Object.keys(VARIANTS).find(one => name.endsWith(one))
    const [{ requests, terminates }] = samples[name]
    return {
      name,
      cpu: spread(cpu(name)),
      perSecond: spread(samples[name].map(sample => sample.perSecond)),
      toFloor: variant && name !== floorOf(variant) ? spread(ratios(cpu(name), cpu(floorOf(variant)))) : undefined,
      requests,
      terminates,
      connections: Math.max(...samples[name].map(sample => sample.connections)),
    }
  })
  const judged = Object.keys(VARIANTS).filter(name => VARIANTS[name].most)
  const aa = Object.fromEntries(judged.map(name => [name, spread(ratios(cpu(againOf(name)), cpu(floorOf(name))))]))
  const isKnown = name => Math.abs(aa[name].median - 1) <= AA_LIMIT
  const isJudged = judged.every(isKnown)
  const addedBy = (whole, alone) =>
    spread(cpu(whole).map((all, round) => (all - cpu(YES)[round] - cpu(alone)[round]) / cpu(floorOf(LEAST))[round]))
  const added = addedBy(EXPRESS, authenticatorOf(LEAST))
  const addedByFloor = addedBy(EXPRESS_FLOOR, floorOf(LEAST))
  const idle = spread(cpu(IDLER).map((all, round) => ((all - cpu(floorOf(LEAST))[round]) * 1000) / IDLE_US))
  const gates = []
  for (const [name, { exchanges, most }] of Object.entries(VARIANTS)) {
    const own = samples[authenticatorOf(name)]
    const { toFloor, connections } = results.find(result => result.name === authenticatorOf(name))
    if (most) {
      const measured = isKnown(name) ? toFloor : undefined
      gates.push(gate(`CPU against the floor, ${name}`, measured, { most, unit: ' ×' }))
    }
    const off = own.filter(({ requests, terminates }) => requests !== exchanges + 1 || terminates !== 1)
    gates.push(
      gate(`turns with other than ${exchanges} requests and one terminate a login, ${name}`, off.length, { most: 0 }),
    )
    gates.push(gate(`connections made in steady state, ${name}`, connections, { most: 0 }))
  }
  gates.push(
    gate('CPU the strategy adds in Express, of the PLAIN floor', isKnown(LEAST) ? added : undefined, {
      most: STRATEGY_MOST,
      unit: ' ×',
    }),
  )
  return { results, aa, isJudged, added, addedByFloor, idle, gates }
}

async function main() {
  const runs = await contestants()
  const samples = await interleaved({
    names: Object.keys(runs),
    rounds,
    warmups,
    measure: name => measure(runs[name]),
    progress: round => process.stderr.write(round < 0 ? 'w' : '.'),
  })
  process.stderr.write('\n')
  const { results, aa, isJudged, added, addedByFloor, idle, gates } = verdicts(samples)
  const conditions = { node: process.version, cpu: cpus()[0]?.model, rounds, warmups, logins, concurrency }
  await mkdir(new URL('results/', import.meta.url), { recursive: true })
  const report = {
    measured: new Date().toISOString(),
    conditions,
    aa,
    added,
    addedByFloor,
    idle,
    isJudged,
    results,
    gates,
  }
  await writeFile(new URL('results/against-floor.json', import.meta.url), `${JSON.stringify(report, undefined, 2)}\n`)

  console.log(`${fineText(report)}\n`)
  console.log(gateTable(gates))
  if (!isJudged) {
    console.log(`\nNo verdict: the floor differs from itself by more than ${AA_LIMIT * 100} %.`)
    return 2
  }
  return gates.every(({ holds }) => holds) ? 0 : 1
}

try {
  process.exitCode = await main()
} finally {
  for (const close of closing) await close()
  await Promise.all([mock.stop(), visitors.stop()])
}
