import { rounded, tableOf } from './table.js'

/** Loads to plan for. */
const LOADS = [
  { title: '10,000 logins a minute', perSecond: 10_000 / 60, computed: '10,000 / 60 s' },
  { title: '1,000,000 logins an hour', perSecond: 1_000_000 / 3600, computed: '1,000,000 / 3,600 s' },
]
/** Share of a core to use, so that a busy second does not make a queue. */
const BUSY = 0.6

const WAYS = [
  { phase: 'scram', name: 'Authenticator, SCRAM-SHA-1 and bind', said: 'SCRAM-SHA-1 and bind, keys stored' },
  { phase: 'scram256', name: 'Authenticator, SCRAM-SHA-256 and bind', said: 'SCRAM-SHA-256 and bind, keys stored' },
  { phase: 'scram', name: 'Authenticator, SCRAM-SHA-1', said: 'SCRAM-SHA-1, `bind: false`, keys stored' },
  { phase: 'scram', name: 'Authenticator, PLAIN', said: 'PLAIN, `bind: false`, keys stored' },
  { phase: 'plain', name: 'Authenticator, PLAIN and bind', said: 'PLAIN and bind, passwords stored' },
  { phase: 'plain', name: 'Authenticator, PLAIN', said: 'PLAIN, `bind: false`, passwords stored' },
]

/** Makes the measured and the computed parts of docs/capacity.md. */
export function capacityOf({ phases, conditions, cluster, measured }) {
  const ways = WAYS.flatMap(({ phase, name, said }) => {
    const cells = phases.find(({ key }) => key === phase)?.cells ?? []
    const at = concurrency => cells.find(cell => cell.name === name && cell.concurrency === concurrency && cell.isRight)
    // Every phase is measured at 16 logins at a time.
    return at(16) ? [{ said, at }] : []
  })
  return {
    process: [
      `${measured.slice(0, 10)}, ${conditions.cores} × ${conditions.cpu}, Node ${conditions.node}, ${conditions.versions.ejabberd ? `ejabberd ${conditions.versions.ejabberd}` : 'ejabberd'}, client and server on the same cores:`,
      processTable(ways),
    ].join('\n\n'),
    computed: LOADS.map(load => computationOf(load, ways)).join('\n\n'),
    cluster: cluster ? clusterText(cluster) : 'Not measured.',
  }
}

function processTable(ways) {
  const head = [
    'Login',
    'p50 ms, one at a time',
    'logins/s, 16 at a time',
    '64 at a time',
    'our CPU, ms a login',
    'ejabberd’s',
  ]
  const rows = ways.map(({ said, at }) => [
    said,
    rounded(at(1)?.p50?.median),
    rounded(at(16).perSecond.median),
    rounded(at(64)?.perSecond?.median),
    rounded(at(16).cpu.median),
    rounded(at(16).serverCpu.median),
  ])
  return tableOf(head, rows)
}

function computationOf({ title, perSecond, computed }, ways) {
  const head = ['Login', 'our cores', 'ejabberd’s cores', `cores to have, ${BUSY * 100} % busy: ours + ejabberd’s`]
  const rows = ways.map(({ said, at }) => {
    const [ours, theirs] = [at(16).cpu.median, at(16).serverCpu.median]
    // Computes with the numbers as printed, so that the page adds up.
    const printed = number => Number(rounded(number).replaceAll(',', ''))
    const cores = ms => (printed(perSecond) * printed(ms)) / 1000
    const product = ms => `${rounded(perSecond)} × ${rounded(ms)} / 1000 = ${rounded(cores(ms))}`
    const whole = ms => Math.max(1, Math.ceil(cores(ms) / BUSY))
    return [said, product(ours), product(theirs), `${whole(ours)} + ${whole(theirs)}`]
  })
  return [`### ${title}`, `${computed} = ${rounded(perSecond)} logins a second.`, tableOf(head, rows)].join('\n\n')
}

function clusterText(cluster) {
  const head = ['processes of the app', 'nodes of ejabberd', 'logins/s', 'our CPU, ms a login', 'ejabberd’s, all nodes']
  const rows = cluster.map(({ processes, nodes, perSecond, cpu, serverCpu }) => [
    processes,
    nodes,
    ...[perSecond, cpu, serverCpu].map(spread => rounded(spread?.median)),
  ])
  return tableOf(head, rows)
}
