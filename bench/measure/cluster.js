import { startContestant } from '../contestants/start.js'
import { startEjabberd } from '../servers/ejabberd.js'
import { interleaved } from './interleave.js'
import { cpuOf } from './process-cpu.js'
import { spread } from './statistics.js'

const CONCURRENCY = 64
/** Numbers of processes that log in, and of nodes of ejabberd. */
const SHAPES = [
  { processes: 1, nodes: 1 },
  { processes: 2, nodes: 1 },
  { processes: 1, nodes: 2 },
  { processes: 2, nodes: 2 },
]
const CONTESTANT = { name: 'cluster', module: 'authenticator', mechanism: 'SCRAM-SHA-1', bind: true }

/**
 * Measures full logins with SCRAM-SHA-1 by one and two processes on one and two nodes of a cluster, all on this machine.
 * With two nodes, each process has an Authenticator for each node, and they take turns.
 */
export async function clusterOf({ rounds, ms, say }) {
  const first = await startEjabberd({ storage: 'scram' })
  const stops = [first.stop]
  const running = {}
  try {
    const second = await startEjabberd({ storage: 'scram', join: first })
    stops.unshift(second.stop)
    const nodes = [first, second]
    for (const shape of SHAPES) {
      const bosh = nodes.slice(0, shape.nodes).map(node => node.bosh)
      const members = []
      running[keyOf(shape)] = members
      while (members.length < shape.processes) members.push(await startContestant(CONTESTANT, { bosh }))
    }
    const samples = await interleaved({
      names: SHAPES.map(keyOf),
      rounds,
      warmups: 1,
      progress: round => say(`cluster: round ${round + 1} of ${rounds}`),
      async measure(key) {
        const members = running[key]
        const before = nodes.map(({ pid }) => cpuOf(pid))
        const turns = await Promise.all(members.map(one => one.turn({ ms, concurrency: CONCURRENCY / members.length })))
        const logins = turns.reduce((sum, { right }) => sum + right, 0)
        return {
          failed: turns.reduce((sum, { failed }) => sum + failed, 0),
          perSecond: turns.reduce((sum, { perSecond }) => sum + perSecond, 0),
          cpu: turns.reduce((sum, { cpu, right }) => sum + cpu * right, 0) / logins,
          serverCpu: nodes.reduce((sum, { pid }, nth) => sum + cpuOf(pid) - before[nth], 0) / logins,
        }
      },
    })
    return SHAPES.map(shape => {
      const own = samples[keyOf(shape)]
      const of = measure => spread(own.map(sample => sample[measure]))
      const failed = own.reduce((sum, sample) => sum + sample.failed, 0)
      return { ...shape, failed, perSecond: of('perSecond'), cpu: of('cpu'), serverCpu: of('serverCpu') }
    })
  } finally {
    for (const members of Object.values(running)) for (const one of members) await one.stop().catch(() => {})
    for (const stop of stops) await stop()
  }
}

const keyOf = ({ processes, nodes }) => `${processes} on ${nodes}`
