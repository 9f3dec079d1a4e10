// Where the time of a login goes, on the main thread: the Authenticator's and the floor's, on the mock, in turns.
//
//   npm run bench:profile
//
// Prints a table for each exchange, and writes results/profile.json. V8's sampling profiler counts wall-clock time: what
// calls the kernel or wakes another thread shows more than its processor time. Keys are derived on other threads.
import { mkdir, writeFile } from 'node:fs/promises'
import { Session } from 'node:inspector/promises'
import createFloor from './contestants/floor.js'
import { Authenticator } from './dist/index.js'
import { startChild } from './measure/child.js'
import { atATime, interleaved } from './measure/interleave.js'
import { profileText } from './report/profile.js'
import { DOMAIN, PASSWORD, USERS } from './servers/instance.js'

const ROUNDS = 7
const WARMUPS = 3
const LOGINS = 1_500
const CONCURRENCY = 8
/** µs */
const INTERVAL = 200
const VARIANTS = {
  'PLAIN, bind: false': { mechanism: 'PLAIN', bind: false },
  'SCRAM-SHA-1, bind': { mechanism: 'SCRAM-SHA-1', bind: true },
}

/** What a function belongs to: the first that fits its file, or its name where it has no file. */
const PARTS = [
  ['', /^\(idle\)$/],
  ['collection of garbage', /^\(garbage collector\)$/],
  ['fast-xml-parser', /fast-xml-parser|path-expression-matcher|nodable|strnum|is-unsafe/],
  ['lib/xml: checks what arrived, makes elements, writes', /\/dist\/xml\//],
  ['lib/bosh: requests, replies, sessions', /\/dist\/bosh\//],
  ['lib/sasl', /\/dist\/sasl\//],
  ['lib: what bounds a login, names, identity', /\/dist\//],
  ['the floor', /\/bench\/contestants\/floor\.js$/],
  ['node: hashes, random bytes, keys handed to other threads', /^node:internal\/crypto/],
  ['node: HTTP, sockets, streams, timers', /^node:/],
  ['native code, regular expressions', /(?:)/],
]

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: INTERVAL })

/** Part -> µs a login. */
async function profiled(run) {
  await session.post('Profiler.start')
  await run(LOGINS, CONCURRENCY)
  const { profile } = await session.post('Profiler.stop')
  const parts = new Map(profile.nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]))
  const times = {}
  for (const [nth, id] of profile.samples.entries()) {
    const part = parts.get(id)
    if (part) times[part] = (times[part] ?? 0) + profile.timeDeltas[nth] / LOGINS
  }
  return times
}

function partOf({ url, functionName }) {
  return PARTS.find(([, pattern]) => pattern.test(url || functionName))[0]
}

async function compared(url, variant) {
  const floor = createFloor({ bosh: url, ...variant })
  const own = new Authenticator({
    service: url,
    domain: DOMAIN,
    mechanisms: [variant.mechanism],
    bind: variant.bind,
  })
  const [username] = USERS
  const runs = {
    floor: () => floor.login(username, PASSWORD),
    own: () => own.authenticate({ username, password: PASSWORD }),
  }
  const samples = await interleaved({
    names: Object.keys(runs),
    rounds: ROUNDS,
    warmups: WARMUPS,
    measure: name => profiled((logins, width) => atATime(logins, width, runs[name])),
  })
  await Promise.all([floor.close(), own.close()])
  const names = PARTS.map(([part]) => part).filter(part => part !== '')
  const mean = (of, part) => of.reduce((sum, times) => sum + (times[part] ?? 0), 0) / of.length
  return names.map(part => ({ part, floor: mean(samples.floor, part), own: mean(samples.own, part) }))
}

const mock = await startChild('mock/process.js')
try {
  const url = `http://127.0.0.1:${mock.ready.port}/bosh`
  const profile = { rounds: ROUNDS, logins: LOGINS, concurrency: CONCURRENCY, variants: {} }
  for (const [name, variant] of Object.entries(VARIANTS)) profile.variants[name] = await compared(url, variant)
  await mkdir(new URL('results/', import.meta.url), { recursive: true })
  await writeFile(new URL('results/profile.json', import.meta.url), `${JSON.stringify(profile, undefined, 2)}\n`)
  console.log(profileText(profile))
} finally {
  await mock.stop()
}
