// Shows the parts of a login's time on the main thread: of the Authenticator and of the floor, on the mock, in turns.
//
//   npm run bench:profile
//
// Prints a table for each kind of login, and writes results/profile.json. V8's sampling profiler counts wall-clock time: a
// function that calls the kernel or wakes another thread shows more than its CPU time. Keys are derived on other threads.
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
/** µs between two samples */
const INTERVAL = 200
const VARIANTS = {
  'PLAIN, bind: false': { mechanism: 'PLAIN', bind: false },
  'SCRAM-SHA-1, bind': { mechanism: 'SCRAM-SHA-1', bind: true },
}

const IDLE = /^\(idle\)$/
/** A folder of the library, or a file beside its folders. */
const LIBRARY = /\/dist\/([^/]+?)(?:\.js$|\/)/
/** Parts besides the library's: the first pattern that fits the function's file, or its name if it has no file. */
const OTHERS = [
  ['garbage collection', /^\(garbage collector\)$/],
  ['fast-xml-parser', /fast-xml-parser|path-expression-matcher|nodable|strnum|is-unsafe/],
  ['the floor', /\/bench\/contestants\/floor\.js$/],
  ['node: hashes, random bytes, keys handed to other threads', /^node:internal\/crypto/],
  ['node: HTTP, sockets, streams, timers', /^node:/],
  ['native code, regular expressions', /(?:)/],
]

const session = new Session()
session.connect()
await session.post('Profiler.enable')
await session.post('Profiler.setSamplingInterval', { interval: INTERVAL })

/** Returns µs a login by part. */
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
  const place = url || functionName
  if (IDLE.test(place)) return undefined
  const [, part] = (place.includes('/node_modules/') ? undefined : LIBRARY.exec(place)) ?? []
  return part ? `lib/${part}` : OTHERS.find(([, pattern]) => pattern.test(place))[0]
}

/** Lists the parts that took time: garbage collection, the parser, the library by name, and the rest. */
function partsIn(samples) {
  const found = new Set(samples.flatMap(times => Object.keys(times)))
  const others = OTHERS.map(([part]) => part)
  const library = [...found].filter(part => !others.includes(part)).sort()
  return [...others.slice(0, 2), ...library, ...others.slice(2)].filter(part => found.has(part))
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
  const mean = (of, part) => of.reduce((sum, times) => sum + (times[part] ?? 0), 0) / of.length
  return partsIn([...samples.floor, ...samples.own]).map(part => ({
    part,
    floor: mean(samples.floor, part),
    own: mean(samples.own, part),
  }))
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
