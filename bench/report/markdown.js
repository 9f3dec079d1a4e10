import { gateTable } from '../gates.js'
import { memoryTable } from '../memory.js'
import { rounded, withSpread } from '../numbers.js'
import { profileText } from './profile.js'

/** Everything that was measured, for bench/README.md. */
export function markdownOf(report) {
  const { conditions, fine, profile, phases, memory, processes, cluster, gates } = report
  return [
    `Measured on ${report.measured.slice(0, 10)}, in one run of ${rounded(Math.round(report.seconds / 60))} minutes: \`${conditions.command}\``,
    conditionsOf(conditions),
    '### Gates',
    gateTable(gates),
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

/** What results/fine.json holds, but for the gates. */
export function fineText({ conditions, aa, isJudged, added, addedByFloor, idle, results }) {
  const { rounds, logins, concurrency } = conditions
  const again = Object.entries(aa).map(([variant, ratio]) => `${withSpread(ratio)} × (${variant})`)
  return [
    `On the mock: ${rounds} rounds of ${rounded(logins)} logins, ${concurrency} at a time. The floor against itself: ${again.join(', ')}.${isJudged ? '' : ' **Too much for a verdict.**'} A µs of work beside the PLAIN floor measures ${withSpread(idle)} µs. In Express the strategy adds ${withSpread(added)} × the PLAIN floor, and the floor as a strategy ${withSpread(addedByFloor)} ×.`,
    fineTable(results),
  ].join('\n\n')
}

function fineTable(results) {
  const rows = results.map(({ name, cpu, toFloor, perSecond, requests, terminates }) => {
    const ratio = toFloor ? `${withSpread(toFloor)} ×` : ''
    const exchanges = `${rounded(requests - terminates)} + ${rounded(terminates)}`
    return `| ${name} | ${withSpread(cpu)} | ${ratio} | ${rounded(perSecond.median)} | ${exchanges} |`
  })
  return [
    '| Contestant | CPU ms a login | against its floor | logins/s | requests + terminates |',
    '| --- | ---: | ---: | ---: | --- |',
    ...rows,
  ].join('\n')
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
  const head = ['processes of ours', 'nodes of ejabberd', 'logins/s', 'CPU ms a login', 'server CPU ms', 'not answered']
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
  const cut = phases.filter(phase => phase.cut).map(phase => `The time was up before all rounds of "${phase.title}".`)
  return [...cut, ...errors.map(({ part, message }) => `Not measured: ${part} (${message}).`)]
}

export function tableOf(head, rows) {
  const line = cells => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map((_, nth) => (nth === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n')
}
