import { fineText } from './against-floor.js'
import { memoryTable } from './memory.js'
import { profileText } from './profile.js'
import { rounded, tableOf, withSpread } from './table.js'
import { verdictText } from './verdict.js'

/** Shows everything that one run measured, for bench/RESULTS.md. */
export function markdownOf(report) {
  const { conditions, fine, profile, phases, memory, processes, cluster } = report
  return [
    `Measured on ${report.measured.slice(0, 10)}, in one run of ${rounded(Math.round(report.seconds / 60))} minutes: \`${conditions.command}\``,
    conditionsOf(conditions),
    verdictText(report),
    ...(fine ? ['### Against the floor', fineText(fine)] : []),
    ...(profile ? ['### Where the time goes', profileText(profile)] : []),
    ...phases.flatMap(phase => [`### ${phase.title}`, phaseText(phase)]),
    ...(cluster ? ['### A cluster on one machine', clusterTable(cluster)] : []),
    ...(memory ? ['### Memory', memoryTable(memory)] : []),
    ...(processes ? ['### Sessions on the server', processesText(processes)] : []),
    ...unmeasured(report),
  ].join('\n\n')
}

function conditionsOf({ node, cpu, cores, versions, load }) {
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `Node ${node} on ${cores} × ${cpu}, load ${load.map(rounded).join(', ')} before it began; ${packages.join(', ')}.`
}

function phaseText({ server, cells, counts, failures }) {
  const names = [...new Set(cells.map(({ name }) => name))]
  const concurrencies = [...new Set(cells.map(({ concurrency }) => concurrency))].sort((a, b) => a - b)
  const rows = names.map(name => {
    const at = (concurrency, isRight = true) =>
      cells.find(cell => cell.name === name && cell.concurrency === concurrency && cell.isRight === isRight)
    return { name, at, shown: (concurrency, measure) => rounded(at(concurrency)?.[measure]?.median) }
  })
  const time = tableOf(
    [
      'Contestant',
      'requests, connections a login',
      'p50 ms at 1',
      'p99 ms at 1',
      'wrong password, p50',
      ...concurrencies.map(concurrency => `logins/s at ${concurrency}`),
    ],
    rows.map(({ name, at, shown }) => [
      name,
      counts[name] ? `${rounded(counts[name].requests)}, ${rounded(counts[name].connections)}` : '–',
      shown(1, 'p50'),
      shown(1, 'p99'),
      rounded(at(1, false)?.p50?.median),
      ...concurrencies.map(concurrency => shown(concurrency, 'perSecond')),
    ]),
  )
  const cost = tableOf(
    [
      'Contestant',
      ...concurrencies.map(concurrency => `CPU ms a login at ${concurrency}`),
      'against its floor at 16',
      'server CPU ms at 16',
      'loop delay p99 ms at 64',
    ],
    rows.map(({ name, at, shown }) => [
      name,
      ...concurrencies.map(concurrency => shown(concurrency, 'cpu')),
      at(16)?.toFloor?.cpu ? `${withSpread(at(16).toFloor.cpu)} ×` : '',
      shown(16, 'serverCpu'),
      shown(64, 'loopDelay'),
    ]),
  )
  const failed = cells.filter(cell => cell.failed > 0)
  const notes = [
    ...failed.map(
      ({ name, concurrency, failed: number, logins, failure }) =>
        `${name}, ${concurrency} at a time: ${number} of ${number + logins} logins were not answered (\`${failure}\`).`,
    ),
    ...Object.entries(failures).map(([name, message]) => `${name} could not go on: ${message}.`),
  ]
  return [`On ${server}.`, time, cost, ...notes].join('\n\n')
}

function clusterTable(cluster) {
  const head = [
    'processes of the app',
    'nodes of ejabberd',
    'logins/s',
    'CPU ms a login',
    'server CPU ms',
    'not answered',
  ]
  const rows = cluster.map(({ processes, nodes, perSecond, cpu, serverCpu, failed }) => [
    processes,
    nodes,
    withSpread(perSecond),
    withSpread(cpu),
    withSpread(serverCpu),
    failed,
  ])
  return tableOf(head, rows)
}

function processesText({ logins, before, during, after, ms }) {
  return `ejabberd had ${before} Erlang processes before ${rounded(logins)} logins, ${during} after the last one, and ${after} ${rounded(ms / 1000)} s after \`close()\`.`
}

function unmeasured({ phases, errors }) {
  const cut = phases.filter(phase => phase.cut).map(phase => `The time ended before all rounds of "${phase.title}".`)
  return [...cut, ...errors.map(({ part, message }) => `Not measured: ${part} (${message}).`)]
}
