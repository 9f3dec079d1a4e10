import { PROCESSES_MORE } from '../measure/erlang-processes.js'
import { PHASES } from '../measure/plan.js'
import { ratios, spread } from '../measure/statistics.js'
import { rounded } from '../report/table.js'
import { gate, medianOf } from './gates.js'

/** What the project promises of itself, out of everything that was measured; what was not measured does not hold. */
export function gatesOf({ fine, phases, memory, processes }) {
  return [
    ...(fine?.gates ?? [gate('the fine phase', Number.NaN, { most: 0 })]),
    ...againstPeers(phases),
    ...alone(phases),
    ...exchanges(phases),
    ...resources(memory, processes),
  ]
}

const FULL = 'Authenticator, SCRAM-SHA-1 and bind'
const LEAST = 'Authenticator, PLAIN'
const floorOf = name => name.replace('Authenticator', 'floor')

function againstPeers(phases) {
  const scram = cellsOf(phases, 'scram')
  const plain = cellsOf(phases, 'plain')
  const strophe = ['strophe.js over BOSH, SCRAM-SHA-1', 'strophe.js over WebSocket, SCRAM-SHA-1']
  const xmppjs = ['xmpp.js over TCP, SCRAM-SHA-1', 'xmpp.js over WebSocket, SCRAM-SHA-1']
  const stanza = ['stanza over BOSH, SCRAM-SHA-1', 'stanza over WebSocket, SCRAM-SHA-1']
  const all = [...strophe, ...xmppjs, ...stanza]
  const gates = []
  for (const concurrency of [16, 64]) {
    // Against the best of the peers named.
    const faster = (peers, name) => least(peers.map(peer => ratio(scram, 'perSecond', name, peer, { concurrency })))
    const add = (title, peers, atLeast) => {
      const name = `logins/s against ${title}, ${concurrency} at a time`
      gates.push(
        gate(`${name} ${reached(faster(peers, floorOf(FULL)))}`, faster(peers, FULL), { least: atLeast, unit: ' ×' }),
      )
    }
    add('every peer that does SCRAM and binds', all, 1)
    add('strophe.js over WebSocket with SCRAM', strophe.slice(1), 1.5)
    add('stanza with SCRAM', stanza, 15)
    add('xmpp.js with SCRAM', xmppjs, 50)
  }
  const slower = most(all.map(peer => ratio(scram, 'p50', FULL, peer, { concurrency: 1 })))
  gates.push(
    gate('p50 against the quickest peer that does SCRAM and binds, one at a time', slower, { most: 1, unit: ' ×' }),
  )
  for (const concurrency of [16, 64]) {
    const value = ratio(plain, 'perSecond', LEAST, 'passport-ldapauth', { concurrency })
    const floor = ratio(plain, 'perSecond', floorOf(LEAST), 'passport-ldapauth', { concurrency })
    const name = `logins/s of PLAIN without bind against passport-ldapauth, ${concurrency} at a time ${reached(floor)}`
    gates.push(gate(name, value, { least: 1.5, unit: ' ×' }))
  }
  return gates
}

/** What the bare exchanges would measure there: more is not to be had over HTTP with this server. */
function reached(floor) {
  return `(the floor: ${rounded(medianOf(floor))} ×)`
}

function alone(phases) {
  const gates = []
  for (const [phase, name] of [
    ['scram', FULL],
    ['scram', 'Authenticator, SCRAM-SHA-1'],
    ['plain', LEAST],
  ]) {
    const cells = cellsOf(phases, phase)
    const wrongToRight = contestant => {
      const right = cells.find(cell => cell.name === contestant && cell.concurrency === 1 && cell.isRight)
      const wrong = cells.find(cell => cell.name === contestant && !cell.isRight)
      return between(wrong, right, 'p50')
    }
    const title = `p50 of a wrong password against the right one's, ${name} ${reached(wrongToRight(floorOf(name)))}`
    gates.push(gate(title, wrongToRight(name), { most: 1.1, unit: ' ×' }))
  }
  for (const [phase, name] of [
    ['scram', FULL],
    ['plain', LEAST],
  ]) {
    const cells = cellsOf(phases, phase)
    const at = concurrency => cells.find(cell => cell.name === name && cell.concurrency === concurrency)
    gates.push(
      gate(`CPU a login at 256 against 16, ${name}`, between(at(256), at(16), 'cpu'), { most: 1.2, unit: ' ×' }),
    )
    const delay = at(64)?.loopDelay
    gates.push(gate(`event-loop delay p99 at 64, ${name}`, delay, { most: 10, unit: ' ms' }))
  }
  return gates
}

const EXCHANGES = {
  'Authenticator, SCRAM-SHA-1 and bind': 5,
  'Authenticator, SCRAM-SHA-256 and bind': 5,
  'Authenticator, SCRAM-SHA-1': 3,
  'Authenticator, PLAIN and bind': 4,
  'Authenticator, PLAIN': 2,
}

function exchanges(phases) {
  return PHASES.flatMap(({ key, title, contestants }) =>
    Object.entries(EXCHANGES).flatMap(([name, number]) => {
      if (!contestants.some(contestant => contestant.name === name)) return []
      const counted = phases.find(phase => phase.key === key)?.counts[name]
      const off = counted && Math.abs(counted.requests - number - 1) + counted.connections
      const what = `requests beyond ${number} and a terminate, and connections, for a login: ${name} (${title})`
      return [gate(what, off, { most: 0 })]
    }),
  )
}

function resources(memory, processes) {
  const points = memory?.find(({ name }) => name.startsWith('Authenticator'))?.points ?? []
  const rss = logins => points.find(point => point.logins === logins)?.rss ?? Number.NaN
  return [
    gate('RSS after 50,000 logins against 5,000', rss(50_000) / rss(5_000), { most: 1.1, unit: ' ×' }),
    gate(
      "ejabberd's processes after close() beyond those before",
      (processes?.after ?? Number.NaN) - processes?.before,
      { most: PROCESSES_MORE },
    ),
    // A session that nobody terminates is forgotten after 30 s, too.
    gate('from close() until they are no more', (processes?.ms ?? Number.NaN) / 1000, { most: 10, unit: ' s' }),
  ]
}

const cellsOf = (phases, key) => phases.find(phase => phase.key === key)?.cells ?? []

// Of spreads that were all measured; otherwise nothing can be said.
const inOrder = spreads => (spreads.includes(undefined) ? [] : spreads.sort((a, b) => a.median - b.median))
const least = spreads => inOrder(spreads)[0]
const most = spreads => inOrder(spreads).at(-1)

/** Over the rounds of two contestants of one phase. */
function ratio(cells, measure, name, other, { concurrency }) {
  const of = wanted => cells.find(cell => cell.name === wanted && cell.concurrency === concurrency && cell.isRight)
  return between(of(name), of(other), measure)
}

function between(one, other, measure) {
  return one && other && spread(ratios(one.samples[measure], other.samples[measure]))
}
