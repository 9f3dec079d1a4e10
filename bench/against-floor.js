// Compares the CPU of a login with the floor of the same exchanges, on a mock that costs little.
//
//   npm run bench:fine [-- --rounds 15 --warmups 4 --logins 1500 --concurrency 8]
//   npm run bench:fine -- --against FOLDER [--rounds 30 --warmups 6 --logins 500 --concurrency 8]
//
//   --against  another checkout of this project with its dist built: compares this version with that one, in turns in
//              one process, and writes no file (measure/versions.js)
//
// Prints the tables, and writes results/against-floor.json. Exit code: 0, all gates hold; 1, a gate fails; 2, the floor
// (with --against: a version) differs too much from itself for a verdict.
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { startApp, yes } from './contestants/express-app.js'
import createFloor from './contestants/floor.js'
import { Authenticator, Strategy } from './dist/index.js'
import { startChild } from './measure/child.js'
import { atATime, interleaved } from './measure/interleave.js'
import { loginCost } from './measure/login-cost.js'
import { ratios, spread } from './measure/statistics.js'
import { compareVersions } from './measure/versions.js'
import { fineText } from './report/against-floor.js'
import { verdictText } from './report/verdict.js'
import { versionsText } from './report/versions.js'
import { DOMAIN, PASSWORD, USERS } from './servers/instance.js'
import {
  agrees,
  authenticatorOf,
  CHEAPEST,
  floorOf,
  judgedVariants,
  MAX_FLOOR_DIFFERENCE,
  VARIANTS,
  verdictAgainstFloor,
} from './targets/against-floor.js'
import { failedOf } from './targets/gates.js'

/** The floor of a judged variant, measured a second time. Their difference is the noise of the machine. */
const againOf = variant => `${floorOf(variant)}, again`
const YES = 'Express, a strategy that says yes'
const EXPRESS = `Express, Strategy: ${CHEAPEST}`
/** The floor as a strategy. It shows the cost of both sides of HTTP in one process. */
const EXPRESS_FLOOR = `Express, floor: ${CHEAPEST}`
/** Busy time added to a login, to see how much CPU a µs of work measures while the other process sleeps. */
const BUSY_US = 30
const BUSY_FLOOR = `${floorOf(CHEAPEST)}, and ${BUSY_US} µs of busy waiting`

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    warmups: { type: 'string' },
    logins: { type: 'string' },
    concurrency: { type: 'string', default: '8' },
    against: { type: 'string' },
  },
})
const { against, ...given } = values
// Two versions differ less than a version and the floor, so they take more and shorter turns.
const defaults =
  against === undefined ? { rounds: 15, warmups: 4, logins: 1_500 } : { rounds: 30, warmups: 6, logins: 500 }
const { rounds, warmups, logins, concurrency } = Object.fromEntries(
  Object.entries({ ...defaults, ...given }).map(([name, value]) => [name, Number(value)]),
)

const mock = await startChild('mock/process.js')
const visitors = await startChild('measure/visitors.js')
const url = `http://127.0.0.1:${mock.ready.port}/bosh`
const [username] = USERS
const password = PASSWORD
const closing = []
const progress = round => process.stderr.write(round < 0 ? 'w' : '.')

function floorFor({ mechanism, bind }) {
  const floor = createFloor({ bosh: url, mechanism, bind })
  closing.push(() => floor.close())
  return async () => {
    if (!(await floor.login(username, password))) throw new Error('refused')
  }
}

function withBusyTime(login) {
  return async () => {
    await login()
    const until = performance.now() + BUSY_US / 1000
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

/** Makes a strategy that logs in and does nothing else. */
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

/** Maps each contestant to the function that does its logins. */
async function contestants() {
  const together = login => (number, width) => atATime(number, width, login)
  const entries = []
  for (const [name, variant] of Object.entries(VARIANTS)) {
    entries.push([floorOf(name), together(floorFor(variant))])
    entries.push([authenticatorOf(name), together(authenticatorFor(variant))])
    if (judgedVariants().includes(name)) entries.push([againOf(name), together(floorFor(variant))])
    if (name === CHEAPEST) {
      entries.push([BUSY_FLOOR, together(withBusyTime(floorFor(variant)))])
      const strategy = new Strategy(optionsFor(variant))
      closing.push(() => strategy.close())
      entries.push([YES, await visitsOf(yes)], [EXPRESS, await visitsOf(strategy)])
      entries.push([EXPRESS_FLOOR, await visitsOf(strategyOf(floorFor(variant)))])
    }
  }
  return Object.fromEntries(entries)
}

/** Sums up the rounds. */
function summaryOf(samples) {
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
      unexpectedTurns: unexpectedTurns(name, samples[name]),
      connections: Math.max(...samples[name].map(sample => sample.connections)),
    }
  })
  const aa = Object.fromEntries(
    judgedVariants().map(name => [name, spread(ratios(cpu(againOf(name)), cpu(floorOf(name))))]),
  )
  const addedBy = (whole, alone) =>
    spread(cpu(whole).map((all, round) => (all - cpu(YES)[round] - cpu(alone)[round]) / cpu(floorOf(CHEAPEST))[round]))
  return {
    aa,
    isJudged: Object.values(aa).every(ratio => agrees(ratio)),
    added: addedBy(EXPRESS, authenticatorOf(CHEAPEST)),
    addedByFloor: addedBy(EXPRESS_FLOOR, floorOf(CHEAPEST)),
    idle: spread(cpu(BUSY_FLOOR).map((all, round) => ((all - cpu(floorOf(CHEAPEST))[round]) * 1000) / BUSY_US)),
    results,
  }
}

/** Counts the turns with a wrong number of requests or terminates; only an Authenticator's are counted. */
function unexpectedTurns(name, turns) {
  const variant = Object.keys(VARIANTS).find(one => name === authenticatorOf(one))
  if (!variant) return undefined
  const { exchanges } = VARIANTS[variant]
  return turns.filter(({ requests, terminates }) => requests !== exchanges + 1 || terminates !== 1).length
}

async function againstFloor() {
  const runs = await contestants()
  const samples = await interleaved({
    names: Object.keys(runs),
    rounds,
    warmups,
    measure: name => loginCost(mock, runs[name], { logins, concurrency }),
    progress,
  })
  process.stderr.write('\n')
  const conditions = { node: process.version, cpu: cpus()[0]?.model, rounds, warmups, logins, concurrency }
  const report = { measured: new Date().toISOString(), conditions, ...summaryOf(samples) }
  Object.assign(report, verdictAgainstFloor(report))
  await mkdir(new URL('results/', import.meta.url), { recursive: true })
  await writeFile(new URL('results/against-floor.json', import.meta.url), `${JSON.stringify(report, undefined, 2)}\n`)

  console.log(`${fineText(report)}\n\n${verdictText(report)}`)
  if (!report.isJudged) {
    console.log(`\nNo verdict: the floor differs from itself by more than ${MAX_FLOOR_DIFFERENCE * 100} %.`)
    return 2
  }
  return failedOf(report.gates).length === 0 ? 0 : 1
}

async function againstVersion() {
  const report = await compareVersions({ folder: against, mock, rounds, warmups, logins, concurrency, progress })
  process.stderr.write('\n')
  console.log(versionsText(report))
  if (!report.isJudged) return 2
  return failedOf(report.gates).length === 0 ? 0 : 1
}

try {
  process.exitCode = against === undefined ? await againstFloor() : await againstVersion()
} finally {
  for (const close of closing) await close()
  await Promise.all([mock.stop(), visitors.stop()])
}
