import { startContestant } from '../contestants/start.js'
import { interleaved } from './interleave.js'
import { cpuOf } from './process-cpu.js'
import { ratios, spread } from './statistics.js'

/** Kinds of turns: the number of logins at a time, with the right or the wrong password. */
export const RIGHT = [1, 16, 64, 256].map(concurrency => ({ concurrency, isRight: true }))
const WRONG = [{ concurrency: 1, isRight: false }]
const SMALL = RIGHT.slice(0, 2)
/** From this concurrency on, peers have fewer rounds, because only the Authenticator is compared there, with itself. */
const CROWD = 256
const CROWD_ROUNDS = 3
const COUNTED_LOGINS = 20
/** Logins before the turns that count, 16 at a time. They compile the code and fill the caches. */
const WARMUP_LOGINS = 3_000
/** ms after which the warm-up ends, for slow contestants */
const WARMUP_MS = 8_000

/**
 * Measures the contestants of one phase (plan.js) in turns.
 *
 * @param {object} phase
 * @param {Record<string, object>} servers slapd, and the phase's own under its key
 * @param {object} options
 * @param {number} options.rounds
 * @param {number} options.ms of a turn
 * @param {number} options.deadline a time (Date.now()) after which no turn begins
 */
export async function runPhase(phase, servers, { rounds, ms, deadline, say }) {
  const turns = phase.full ? [...RIGHT, ...WRONG] : SMALL
  const running = new Map()
  const failures = {}
  let cut = false

  async function attempt(name, work) {
    try {
      return await work()
    } catch (error) {
      failures[name] = error.message
      say(`${name}: ${error.message}`)
      await running
        .get(name)
        ?.stop()
        .catch(() => {})
      running.delete(name)
      return undefined
    }
  }

  for (const contestant of phase.contestants) {
    await attempt(contestant.name, async () => {
      const server = servers[contestant.server ?? phase.key]
      running.set(contestant.name, await startContestant(contestant, server))
    })
  }

  const counts = {}
  for (const { name } of phase.contestants) {
    const one = running.get(name)
    if (!one) continue
    await attempt(name, async () => {
      await one.turn({ concurrency: 16, logins: WARMUP_LOGINS, ms: WARMUP_MS })
      // One login after the other: parallel logins would share connections.
      const counted = await one.count({ concurrency: 1, logins: COUNTED_LOGINS })
      if (counted.failed > 0) throw new Error(`${counted.failed} of the logins that were counted failed`)
      counts[name] = { requests: counted.requests / COUNTED_LOGINS, connections: counted.connections / COUNTED_LOGINS }
    })
  }

  const cells = turns.flatMap(turn => phase.contestants.map(contestant => ({ contestant, turn })))
  const keys = Object.fromEntries(cells.map(cell => [keyOf(cell.contestant.name, cell.turn), cell]))
  const samples = await interleaved({
    names: Object.keys(keys),
    rounds,
    warmups: 0,
    progress: round => say(`${phase.key}: round ${round + 1} of ${rounds}`),
    async measure(key, round) {
      const { contestant, turn } = keys[key]
      const one = running.get(contestant.name)
      const isPeer = !contestant.own && contestant.module !== 'floor'
      const isCrowd = turn.concurrency >= CROWD
      const hasTurn = !isCrowd || !isPeer || (round < CROWD_ROUNDS && !contestant.slow)
      if (!one || !hasTurn) return undefined
      if (Date.now() > deadline) {
        cut = true
        return undefined
      }
      const { pid } = servers[contestant.server ?? phase.key]
      const before = cpuOf(pid)
      const taken = await attempt(contestant.name, () => one.turn({ ...turn, ms }))
      if (!taken) return undefined
      const answered = taken.right + taken.wrong
      return { ...taken, serverCpu: answered > 0 ? (cpuOf(pid) - before) / answered : undefined }
    },
  })

  for (const one of running.values()) await one.stop().catch(() => {})
  return {
    key: phase.key,
    title: phase.title,
    server: servers[phase.key].version,
    cut,
    failures,
    counts,
    cells: cells.flatMap(({ contestant, turn }) => cellOf(contestant, turn, samples)),
  }
}

const keyOf = (name, { concurrency, isRight }) => `${concurrency} ${isRight ? 'right' : 'wrong'} ${name}`

const MEASURES = ['perSecond', 'cpu', 'serverCpu', 'p50', 'p99', 'loopDelay']

/** Sums up all rounds of one contestant at one concurrency. */
function cellOf(contestant, turn, samples) {
  const rounds = samples[keyOf(contestant.name, turn)]
  const measured = rounds.filter(Boolean)
  if (measured.length === 0) return []
  const ofRounds = measure => rounds.map(sample => sample?.[measure])
  const floors = contestant.floor && samples[keyOf(contestant.floor, turn)]
  const toFloor = measure =>
    floors &&
    spread(
      ratios(
        ofRounds(measure),
        floors.map(sample => sample?.[measure]),
      ),
    )
  return [
    {
      name: contestant.name,
      ...turn,
      rounds: measured.length,
      logins: sum(measured.map(({ right, wrong }) => right + wrong)),
      failed: sum(measured.map(({ failed }) => failed)),
      failure: measured.find(({ failure }) => failure)?.failure,
      ...Object.fromEntries(MEASURES.map(measure => [measure, spread(ofRounds(measure))])),
      toFloor: { cpu: toFloor('cpu'), perSecond: toFloor('perSecond') },
      samples: Object.fromEntries(MEASURES.map(measure => [measure, ofRounds(measure)])),
    },
  ]
}

const sum = numbers => numbers.reduce((total, number) => total + number, 0)
