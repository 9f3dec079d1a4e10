// Compares the library's light signals (lib/time) with Node's own, on the signals of one login: six signals, made and
// released. Once Node's own cost about as much, they can replace the light signals.
//
//   npm run bench:signals    µs of CPU a login, in turns

import { systemClock } from './dist/time/clock.js'
import { AnySignal, GraceSignal, TimeoutSignal } from './dist/time/combined-signals.js'
import { LightSignal } from './dist/time/light-signal.js'
import { atATime, interleaved } from './measure/interleave.js'
import { ratios, spread } from './measure/statistics.js'
import { rounded, tableOf, withSpread } from './report/table.js'

const ROUNDS = 7
const WARMUPS = 2
const LOGINS = 10_000
/** ms of a login, of one service, and of the wait for a session that is being created */
const LOGIN_MS = 15_000
const SERVICE_MS = 5_000
const GRACE_MS = 2_000

const late = () => new Error('too late')

/** Each login hangs on the signal of `close()`, which lives as long as the Authenticator. */
const closing = { light: new LightSignal(), node: new AbortController().signal }

function light() {
  const leaving = new AnySignal(closing.light)
  const deadline = new TimeoutSignal(systemClock, LOGIN_MS, late)
  const all = new AnySignal(deadline, leaving)
  const grace = new GraceSignal(systemClock, GRACE_MS, leaving)
  const creating = new TimeoutSignal(systemClock, SERVICE_MS, late, deadline, grace)
  const polling = new AnySignal(creating, all)
  return [leaving, deadline, all, grace, creating, polling]
}

function releaseLight(signals) {
  for (const signal of signals) signal.release()
}

/** Makes the same graph of Node's signals; `timeout` returns a signal and a function that cancels its timer. */
function graphOf(timeout) {
  const leaving = AbortSignal.any([closing.node])
  const [deadline, cancelDeadline] = timeout(LOGIN_MS)
  const all = AbortSignal.any([deadline, leaving])
  const grace = new AbortController()
  let timer
  const begin = () => {
    timer = setTimeout(() => grace.abort(leaving.reason), GRACE_MS)
  }
  leaving.addEventListener('abort', begin, { once: true })
  const [ofService, cancelOfService] = timeout(SERVICE_MS)
  const creating = AbortSignal.any([ofService, deadline, grace.signal])
  AbortSignal.any([creating, all])
  return () => {
    cancelDeadline()
    cancelOfService()
    leaving.removeEventListener('abort', begin)
    clearTimeout(timer)
  }
}

function withController(ms) {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(late()), ms)
  return [controller.signal, () => clearTimeout(timer)]
}

/** The timer of `AbortSignal.timeout` cannot be cancelled: it goes when its signal is collected. */
const withTimeout = ms => [AbortSignal.timeout(ms), () => {}]

const CONTESTANTS = {
  'light signals': () => releaseLight(light()),
  'AbortController and AbortSignal.any': () => graphOf(withController)(),
  'AbortSignal.timeout and AbortSignal.any': () => graphOf(withTimeout)(),
  'one AbortController with one timer': () => withController(LOGIN_MS)[1](),
}
const [LIGHT] = Object.keys(CONTESTANTS)

async function microseconds(login) {
  const before = process.cpuUsage()
  await atATime(LOGINS, 1, login)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / LOGINS
}

const samples = await interleaved({
  names: Object.keys(CONTESTANTS),
  rounds: ROUNDS,
  warmups: WARMUPS,
  measure: name => microseconds(CONTESTANTS[name]),
})
const rows = Object.entries(samples).map(([name, cpu]) => [
  name,
  withSpread(spread(cpu)),
  name === LIGHT ? '' : `${withSpread(spread(ratios(cpu, samples[LIGHT])))} ×`,
])
console.log(
  `Node ${process.version}, ${ROUNDS} rounds of ${rounded(LOGINS)} logins; medians, with quartiles in parentheses.\n`,
)
console.log(tableOf(['Signals of a login', 'µs of CPU', 'against the light signals'], rows))
