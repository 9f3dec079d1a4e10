import { PROCESSES_MORE } from '../measure/erlang-processes.js'
import { PHASES } from '../measure/plan.js'
import { ratios, spread } from '../measure/statistics.js'
import { rounded } from '../report/table.js'
import { judgedAgainstFloor } from './against-floor.js'
import { failedOf, gatesAndTargets, judged, medianOf } from './gates.js'

/**
 * Judges everything that one run measured: its gates, and its targets with the distance to them. A measurement that is
 * missing fails its gate.
 *
 * A limit that the published run holds, the nearer quartile included, is a gate. A limit that it misses is a target, and
 * the gate lies 4 to 16 % beyond the outer quartile of that run.
 */
export function verdictOf({ fine, phases, memory, processes }) {
  return gatesAndTargets([
    ...judgedAgainstFloor(fine),
    ...againstPeers(phases),
    ...withItself(phases),
    ...exchanges(phases),
    ...resources(memory, processes),
  ])
}

/** Tells whether everything that was begun came to its end, and every login was answered. */
export const isClean = ({ errors, phases }) => errors.length === 0 && phases.every(isWhole)

const isWhole = ({ cut, failures, cells }) =>
  !cut && Object.keys(failures).length === 0 && cells.every(({ failed }) => failed === 0)

/** Exit codes: 0, all gates hold; 1, a gate or a part of the run fails; 2, the floor differs too much from itself. */
export function exitCodeOf(report) {
  if (report.fine && !report.fine.isJudged) return 2
  return isClean(report) && failedOf(report.gates).length === 0 ? 0 : 1
}

const FULL = 'Authenticator, SCRAM-SHA-1 and bind'
const PLAIN = 'Authenticator, PLAIN'
const floorOf = name => name.replace('Authenticator', 'floor')

/** Limits of logins/s against a peer, by the number of logins at a time. */
const EVERY_PEER = { 16: { least: 1 }, 64: { least: 1 } }
const STROPHE = { 16: { least: 1.5 }, 64: { least: 1.1, target: 1.5 } }
const STANZA = { 16: { least: 10, target: 15 }, 64: { least: 10, target: 15 } }
const XMPP_JS = { 16: { least: 50 }, 64: { least: 50 } }
const LDAPAUTH = { 16: { least: 1.1, target: 1.5 }, 64: { least: 1, target: 1.5 } }

function againstPeers(phases) {
  const scram = cellsOf(phases, 'scram')
  const plain = cellsOf(phases, 'plain')
  const strophe = ['strophe.js over BOSH, SCRAM-SHA-1', 'strophe.js over WebSocket, SCRAM-SHA-1']
  const xmppjs = ['xmpp.js over TCP, SCRAM-SHA-1', 'xmpp.js over WebSocket, SCRAM-SHA-1']
  const stanza = ['stanza over BOSH, SCRAM-SHA-1', 'stanza over WebSocket, SCRAM-SHA-1']
  const all = [...strophe, ...xmppjs, ...stanza]
  const measurements = []
  for (const concurrency of [16, 64]) {
    // Against the best of the named peers.
    const faster = (peers, name) => lowest(peers.map(peer => ratio(scram, 'perSecond', name, peer, { concurrency })))
    const add = (title, peers, limits) => {
      const name = `logins/s against ${title}, ${concurrency} at a time ${reached(faster(peers, floorOf(FULL)))}`
      measurements.push(judged(name, faster(peers, FULL), { ...limits[concurrency], unit: ' ×' }))
    }
    add('every peer that does SCRAM and binds', all, EVERY_PEER)
    add('strophe.js over WebSocket with SCRAM', strophe.slice(1), STROPHE)
    add('stanza with SCRAM', stanza, STANZA)
    add('xmpp.js with SCRAM', xmppjs, XMPP_JS)
  }
  const slower = highest(all.map(peer => ratio(scram, 'p50', FULL, peer, { concurrency: 1 })))
  measurements.push(
    judged('p50 against the quickest peer that does SCRAM and binds, one at a time', slower, { most: 1, unit: ' ×' }),
  )
  for (const concurrency of [16, 64]) {
    const value = ratio(plain, 'perSecond', PLAIN, 'passport-ldapauth', { concurrency })
    const floor = ratio(plain, 'perSecond', floorOf(PLAIN), 'passport-ldapauth', { concurrency })
    const name = `logins/s of PLAIN without bind against passport-ldapauth, ${concurrency} at a time ${reached(floor)}`
    measurements.push(judged(name, value, { ...LDAPAUTH[concurrency], unit: ' ×' }))
  }
  return measurements
}

/** Says how far the floor gets there: HTTP with this server allows no more. */
function reached(floor) {
  return `(the floor: ${rounded(medianOf(floor))} ×)`
}

function withItself(phases) {
  const measurements = []
  for (const [phase, name, limits] of [
    ['scram', FULL, { most: 1.1 }],
    ['scram', 'Authenticator, SCRAM-SHA-1', { most: 1.1 }],
    ['plain', PLAIN, { most: 1.5, target: 1.1 }],
  ]) {
    const cells = cellsOf(phases, phase)
    const wrongToRight = contestant => {
      const right = cells.find(cell => cell.name === contestant && cell.concurrency === 1 && cell.isRight)
      const wrong = cells.find(cell => cell.name === contestant && !cell.isRight)
      return between(wrong, right, 'p50')
    }
    const title = `p50 of a wrong password against the right one's, ${name} ${reached(wrongToRight(floorOf(name)))}`
    measurements.push(judged(title, wrongToRight(name), { ...limits, unit: ' ×' }))
  }
  for (const [phase, name, limits] of [
    ['scram', FULL, { most: 1.2 }],
    ['plain', PLAIN, { most: 2, target: 1.2 }],
  ]) {
    const cells = cellsOf(phases, phase)
    const at = concurrency => cells.find(cell => cell.name === name && cell.concurrency === concurrency)
    measurements.push(
      judged(`CPU a login at 256 against 16, ${name}`, between(at(256), at(16), 'cpu'), { ...limits, unit: ' ×' }),
      judged(`event-loop delay p99 at 64, ${name}`, at(64)?.loopDelay, { most: 10, unit: ' ms' }),
    )
  }
  return measurements
}

const EXCHANGES = {
  'Authenticator, SCRAM-SHA-1 and bind': 5,
  'Authenticator, SCRAM-SHA-256 and bind': 5,
  'Authenticator, SCRAM-SHA-1': 3,
  'Authenticator, PLAIN and bind': 4,
  'Authenticator, PLAIN': 2,
}

/** Goes by the plan, so that a phase that did not run fails. */
function exchanges(phases) {
  return PHASES.flatMap(({ key, title, contestants }) =>
    Object.entries(EXCHANGES).flatMap(([name, number]) => {
      if (!contestants.some(contestant => contestant.name === name)) return []
      const counted = phases.find(phase => phase.key === key)?.counts[name]
      const off = counted && Math.abs(counted.requests - number - 1) + counted.connections
      const line = `requests beyond ${number} and a terminate, and connections, for a login: ${name} (${title})`
      return [judged(line, off, { most: 0 })]
    }),
  )
}

function resources(memory, processes) {
  const points = memory?.find(({ name }) => name.startsWith('Authenticator'))?.points ?? []
  const rss = logins => points.find(point => point.logins === logins)?.rss ?? Number.NaN
  const { before, after, ms } = processes ?? {}
  return [
    judged('RSS after 50,000 logins against 5,000', rss(50_000) / rss(5_000), { most: 1.1, unit: ' ×' }),
    judged("ejabberd's processes after close() beyond those before", after - before, { most: PROCESSES_MORE }),
    // After 30 s ejabberd also forgets a session that was not terminated.
    judged('time from close() until these processes have ended', ms / 1000, { most: 10, unit: ' s' }),
  ]
}

const cellsOf = (phases, key) => phases.find(phase => phase.key === key)?.cells ?? []

// A list with a missing spread has neither a lowest nor a highest one.
const inOrder = spreads => (spreads.includes(undefined) ? [] : spreads.sort((a, b) => a.median - b.median))
const lowest = spreads => inOrder(spreads)[0]
const highest = spreads => inOrder(spreads).at(-1)

/** Divides, round by round, the measurements of two contestants of one phase. */
function ratio(cells, measure, name, other, { concurrency }) {
  const of = wanted => cells.find(cell => cell.name === wanted && cell.concurrency === concurrency && cell.isRight)
  return between(of(name), of(other), measure)
}

function between(one, other, measure) {
  return one && other && spread(ratios(one.samples[measure], other.samples[measure]))
}
