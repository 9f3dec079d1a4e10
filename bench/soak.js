// Logs in for half an hour on a real ejabberd that stops now and then and restarts every two minutes:
//
//   SOAK_MINUTES=30 npm run soak
//
// With right and wrong passwords, visitors that leave, and a server that is halted (SIGSTOP) for less and for longer than
// the timeout. Prints a line a minute and all unexpected outcomes. Exit code 0: every attempt was answered, with the right
// verdict or an expected error, and neither heap, sockets nor the server's sessions grew.
import { randomInt } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { Authenticator, XmppBoshError } from './dist/index.js'
import { MAX_CONCURRENT } from './dist/limits.js'
import { median } from './measure/statistics.js'
import { rounded } from './report/table.js'
import { gateTable } from './report/verdict.js'
import { startEjabberd } from './servers/ejabberd.js'
import { DOMAIN, PASSWORD, USERS } from './servers/instance.js'
import { failedOf, judged } from './targets/gates.js'

const minutes = Number(process.env.SOAK_MINUTES || 30)
if (!(minutes > 0)) throw new Error('SOAK_MINUTES must be a number of minutes')

const VISITORS = 30
/** Maximal ms between two logins of a visitor, and until a leaving visitor leaves. */
const THINK_MS = 60
const LEAVE_MS = 40
/** ms of a login, and ms beyond it until the answer must have come */
const TIMEOUT_MS = 5_000
const GRACE_MS = 1_000
const HALTS_MS = [1_500, TIMEOUT_MS + 1_500]
const RESTART_EVERY_MS = Math.min(120_000, (minutes * 60_000) / 3)
const SAMPLE_EVERY_MS = Math.min(60_000, (minutes * 60_000) / 12)
const SESSIONS_END_MS = 40_000
/** Errors that are expected while the server is halted. */
const HALTED = ['ERR_XMPP_TIMEOUT']
/** Errors that are expected during a restart. For a moment ejabberd then treats its own domain as a foreign one. */
const RESTARTED = [
  ...HALTED,
  'ERR_XMPP_CONNECT',
  'ERR_XMPP_UNAVAILABLE',
  'ERR_XMPP_TERMINATED',
  'ERR_XMPP_HTTP',
  'ERR_XMPP_DOMAIN',
]

const endsAt = Date.now() + minutes * 60_000
const isOver = () => Date.now() > endsAt
const counts = {}
const surprises = {}
/** The present fault of the server, or a recent one that an attempt may have met. */
let fault = { until: 0, outages: [] }
const outages = () => (Date.now() < fault.until ? fault.outages : [])
const count = (of, outcome) => {
  of[outcome] = (of[outcome] ?? 0) + 1
}

/** Kinds of attempts, and their expected outcomes without a fault. */
const KINDS = {
  right: { share: 5, password: PASSWORD, due: ['let in'] },
  wrong: { share: 3, password: `not ${PASSWORD}`, due: ['invalid-credentials'] },
  leaving: { share: 2, password: PASSWORD, leaves: true, due: ['let in', 'ERR_XMPP_ABORTED'] },
}
const DRAWN = Object.entries(KINDS).flatMap(([kind, { share }]) => Array.from({ length: share }, () => kind))

async function attempt(authenticator, kind) {
  const { password, leaves, due } = KINDS[kind]
  const username = USERS[randomInt(USERS.length)]
  const visitor = new AbortController()
  const left = leaves ? setTimeout(() => visitor.abort(), randomInt(LEAVE_MS)) : undefined
  const startedAt = performance.now()
  const answer = authenticator.authenticate({ username, password }, { signal: visitor.signal }).then(
    ({ jid }) => (jid === `${username}@${DOMAIN}` ? 'let in' : 'let in with the wrong JID'),
    error => (XmppBoshError.is(error) ? error.code : `not an XmppBoshError: ${error?.name}`),
  )
  const none = delay(TIMEOUT_MS + GRACE_MS, 'no answer in time', { ref: false })
  const outcome = await Promise.race([answer, none])
  clearTimeout(left)
  count(counts, `${kind}: ${outcome}`)
  if (!due.includes(outcome) && !outages().includes(outcome)) count(surprises, `${kind}: ${outcome}`)
  return performance.now() - startedAt
}

async function visitor(authenticators) {
  while (!isOver()) {
    await attempt(authenticators[randomInt(authenticators.length)], DRAWN[randomInt(DRAWN.length)])
    await delay(randomInt(THINK_MS))
  }
}

async function duringFault(allowed, work) {
  fault = { until: Number.POSITIVE_INFINITY, outages: allowed }
  await work()
  fault.until = Date.now() + TIMEOUT_MS + GRACE_MS
}

async function untilOver(ms) {
  await delay(Math.max(0, Math.min(ms, endsAt - Date.now())))
}

/** Halts and restarts the server until the time is over. The server runs afterwards. */
async function faults(ejabberd) {
  const pause = Math.max(1_000, RESTART_EVERY_MS / 3 - Math.max(...HALTS_MS))
  const done = { halts: 0, restarts: 0 }
  let { pid } = ejabberd
  while (!isOver()) {
    for (const ms of HALTS_MS) {
      await untilOver(pause)
      if (isOver()) return done
      await duringFault(HALTED, async () => {
        process.kill(pid, 'SIGSTOP')
        await delay(ms)
        process.kill(pid, 'SIGCONT')
      })
      done.halts++
    }
    await untilOver(pause)
    if (isOver()) return done
    await duringFault(RESTARTED, async () => {
      await ejabberd.halt()
      pid = await ejabberd.start()
    })
    done.restarts++
  }
  return done
}

const sockets = () => process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length
const descriptors = () => readdirSync('/proc/self/fd').length

async function samples() {
  const taken = []
  console.log('| minute | attempts | heap, MiB | RSS, MiB | sockets | descriptors |\n|---:|---:|---:|---:|---:|---:|')
  while (!isOver()) {
    await untilOver(SAMPLE_EVERY_MS)
    globalThis.gc()
    const { heapUsed, rss } = process.memoryUsage()
    const sample = { heap: heapUsed / 2 ** 20, rss: rss / 2 ** 20, sockets: sockets(), descriptors: descriptors() }
    taken.push(sample)
    const attempts = Object.values(counts).reduce((sum, number) => sum + number, 0)
    const minute = minutes - (endsAt - Date.now()) / 60_000
    const shown = [minute, attempts, sample.heap, sample.rss, sample.sockets, sample.descriptors]
    console.log(`| ${shown.map(rounded).join(' | ')} |`)
  }
  return taken
}

async function sessionsEnded(ejabberd, before) {
  let now = await ejabberd.processes()
  for (const deadline = Date.now() + SESSIONS_END_MS; now > before && Date.now() < deadline; ) {
    await delay(500)
    now = Math.min(now, await ejabberd.processes())
  }
  return now
}

async function soak(ejabberd) {
  const options = { service: ejabberd.bosh, domain: DOMAIN, timeout: TIMEOUT_MS }
  const authenticators = [
    new Authenticator({ ...options, mechanisms: ['SCRAM-SHA-1'] }),
    new Authenticator({ ...options, mechanisms: ['PLAIN'], bind: false }),
  ]
  for (const authenticator of authenticators) await attempt(authenticator, 'right')
  const before = { processes: await ejabberd.processes(), descriptors: descriptors() }
  const visitors = Array.from({ length: VISITORS }, () => visitor(authenticators))
  const [done, taken] = await Promise.all([faults(ejabberd), samples(), ...visitors])
  await Promise.all(authenticators.map(one => one.close()))
  await delay(100)
  const after = {
    sockets: sockets(),
    processes: await sessionsEnded(ejabberd, before.processes),
    descriptors: descriptors(),
  }

  const third = Math.ceil(taken.length / 3)
  const growth = measure => {
    const of = list => median(list.map(sample => sample[measure]))
    return of(taken.slice(-third)) / of(taken.slice(1, third + 1))
  }
  console.log('\n| outcome | times |\n|---|---:|')
  for (const [outcome, times] of Object.entries(counts).sort()) console.log(`| ${outcome} | ${rounded(times)} |`)
  console.log(`\n${done.halts} halts and ${done.restarts} restarts of the server.\n`)
  return [
    gateOf('attempts without an answer, or with an unexpected one', sum(surprises), { most: 0 }),
    gateOf('kinds of attempts without an expected outcome', unseen(), { most: 0 }),
    gateOf('heap, last third against first', growth('heap'), { most: 1.1, unit: ' ×' }),
    gateOf('RSS, last third against first', growth('rss'), { most: 1.25, unit: ' ×' }),
    gateOf('sockets at most', Math.max(...taken.map(sample => sample.sockets)), {
      most: 2 * authenticators.length * MAX_CONCURRENT,
    }),
    gateOf('sockets after close()', after.sockets, { most: 0 }),
    gateOf('file descriptors after close(), against before', after.descriptors - before.descriptors, { most: 0 }),
    gateOf("ejabberd's processes after close(), against before", after.processes - before.processes, { most: 2 }),
  ]
}

const gateOf = (...measurement) => judged(...measurement).gate
const sum = of => Object.values(of).reduce((total, number) => total + number, 0)

// A soak without a login shows nothing.
function unseen() {
  return Object.entries(KINDS).filter(([kind, { due }]) => !due.some(outcome => counts[`${kind}: ${outcome}`])).length
}

const ejabberd = await startEjabberd({ storage: 'scram' })
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, () => void ejabberd.stop().finally(() => process.exit(130)))
}
try {
  const gates = await soak(ejabberd)
  console.log(gateTable(gates))
  for (const [outcome, times] of Object.entries(surprises)) console.log(`\nUnexpected: ${outcome}, ${times} times`)
  process.exitCode = failedOf(gates).length === 0 ? 0 : 1
} finally {
  await ejabberd.stop()
}
