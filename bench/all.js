// Runs the whole bench: every contestant against the floor, on real servers.
//
//   npm run bench [-- --rounds 7 --ms 400 --minutes 25 --only fine,profile,memory,scram256,prosody,scram,processes,plain,cluster]
//
//   --rounds   of every contestant at every concurrency
//   --ms       of one turn
//   --minutes  after which no turn begins
//   --only     parts of the run
//
// Prints the tables with the gates and targets, and writes results/bench.json. A run of all parts with at least 7 rounds,
// in which nothing was cut short or failed, also writes bench/RESULTS.md, docs/capacity.md and the plots. Exit code: 0,
// all gates hold; 1, a gate fails or was not measured; 2, the floor differs too much from itself for a verdict.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { clusterOf } from './measure/cluster.js'
import { processesOf } from './measure/erlang-processes.js'
import { memoryOf, memoryOnMock } from './measure/memory-growth.js'
import { runPhase } from './measure/phase.js'
import { PHASES } from './measure/plan.js'
import { markdownOf } from './report/markdown.js'
import { publish, save } from './report/publish.js'
import { failureOf } from './report/verdict.js'
import { startServer } from './servers/index.js'
import { failedOf } from './targets/gates.js'
import { exitCodeOf, isClean, verdictOf } from './targets/verdict.js'

const PARTS = ['fine', 'profile', ...PHASES.map(({ key }) => key), 'memory', 'processes', 'cluster']
const ROUNDS_TO_PUBLISH = 7
/** Logins for the memory of each peer, and s after which it begins no further checkpoint. */
const PEER_LOGINS = 10_000
const PEER_S = 15

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    ms: { type: 'string', default: '400' },
    minutes: { type: 'string', default: '25' },
    only: { type: 'string', default: PARTS.join(',') },
  },
})
const [rounds, ms, minutes] = [values.rounds, values.ms, values.minutes].map(Number)
const wanted = values.only.split(',')
const unknown = wanted.filter(part => !PARTS.includes(part))
if (unknown.length > 0) throw new Error(`--only: unknown part ${unknown.join(', ')}; the parts are ${PARTS.join(', ')}`)

const startedAt = Date.now()
const deadline = startedAt + minutes * 60_000
const say = text =>
  process.stderr.write(`${String(Math.round((Date.now() - startedAt) / 1000)).padStart(5)} s  ${text}\n`)

const report = {
  measured: new Date().toISOString(),
  conditions: {
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    node: process.version,
    cpu: cpus()[0]?.model ?? 'an unknown processor',
    cores: cpus().length,
    load: loadavg(),
    versions: await packages(),
  },
  phases: [],
  errors: [],
}
const servers = {}

/** Runs one part. A part that fails does not end the others. */
async function part(name, work) {
  if (!wanted.includes(name)) return undefined
  try {
    return await work()
  } catch (error) {
    say(`${name}: ${error.message}`)
    report.errors.push({ part: name, message: error.message })
    return undefined
  }
}

/** Runs a server of the plan for as long as `work` takes. */
async function withServer(key, server, work) {
  servers[key] = await startServer(server)
  const { version } = servers[key]
  report.conditions.versions[version.split(' ')[0]] = version.split(' ')[1]
  try {
    return await work(servers[key])
  } finally {
    await servers[key].stop()
    delete servers[key]
  }
}

async function packages() {
  const { dependencies } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'))
  return { ...dependencies }
}

/** Runs a part that is a program of its own, and returns the results it writes under its name. */
async function program(name, flags = []) {
  say(name)
  const path = fileURLToPath(new URL(`${name}.js`, import.meta.url))
  const written = new URL(`results/${name}.json`, import.meta.url)
  // The results of an earlier run must not count as those of this one.
  await rm(written, { force: true })
  const child = spawn(process.execPath, [path, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] })
  const kill = () => child.kill('SIGKILL')
  const timer = setTimeout(kill, deadline - Date.now())
  process.on('exit', kill)
  const [code] = await once(child, 'exit')
  clearTimeout(timer)
  process.off('exit', kill)
  if (code === null || code > 2) throw new Error('the program did not finish')
  return JSON.parse(await readFile(written, 'utf8'))
}

async function onServer(phase) {
  await withServer(phase.key, phase.server, async server => {
    const own = phase.contestants.find(contestant => contestant.own)
    // Before the other contestants, because their sessions end at any time.
    if (phase.key === 'scram') report.processes = await part('processes', () => processesOf(own, server))
    report.phases.push(await runPhase(phase, servers, { rounds, ms, deadline, say }))
    if (phase.key === 'plain') await part('memory', () => memoryOfPeers(phase, server))
  })
}

async function memoryOfPeers({ contestants }, server) {
  for (const name of ['strophe.js over WebSocket, PLAIN', 'xmpp.js over TCP, PLAIN', 'passport-ldapauth']) {
    say(`memory: ${name}`)
    const contestant = contestants.find(one => one.name === name)
    const ends = { logins: PEER_LOGINS, deadline: Date.now() + PEER_S * 1000 }
    await part('memory', async () => {
      report.memory.push(await memoryOf(contestant, contestant.server ? servers.slapd : server, ends))
    })
  }
}

async function everything() {
  report.fine = await part('fine', () => program('against-floor', ['--rounds', String(rounds), '--warmups', '3']))
  report.profile = await part('profile', () => program('profile'))
  report.memory = (await part('memory', () => memoryOnMock({ logins: 50_000, say }))) ?? []
  for (const phase of PHASES) {
    const needsSlapd = phase.contestants.some(({ server }) => server === 'slapd')
    const work = () => onServer(phase)
    await part(phase.key, () => (needsSlapd ? withServer('slapd', { kind: 'slapd' }, work) : work()))
  }
  report.cluster = await part('cluster', () => clusterOf({ rounds: Math.min(rounds, 3), ms: 2 * ms, say }))
}

async function main() {
  await everything()
  report.seconds = (Date.now() - startedAt) / 1000
  Object.assign(report, verdictOf(report))
  await mkdir(new URL('results/', import.meta.url), { recursive: true })
  await save(report)
  console.log(markdownOf(report))
  const isWhole =
    wanted.length === PARTS.length && rounds >= ROUNDS_TO_PUBLISH && isClean(report) && report.fine.isJudged
  if (isWhole) await publish()
  say(isWhole ? 'bench/RESULTS.md and docs/capacity.md are written' : 'not a whole run: the pages stay as they are')
  for (const gate of failedOf(report.gates)) say(`failed: ${failureOf(gate)}`)
  return exitCodeOf(report)
}

for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await Promise.allSettled(Object.values(servers).map(server => server.stop()))
    process.exit(130)
  })
}
process.exitCode = await main()
