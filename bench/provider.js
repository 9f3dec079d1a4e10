// Measures sign-ins by the identity provider, on a real ejabberd and Redis: from the address where a relying party sends a
// browser until it has the tokens. Needs Node.js 22 and the built identity-provider/.
//
//   npm run bench:provider [-- --rounds 11 --warmups 8 --ms 2000 --concurrency 8]
//
//   --ms  time of each contestant in a round; a quarter of it again for sign-ins one at a time
//
// The plain provider is the same oidc-provider with the same store, keys and lifetimes, and a login that says yes at once. The
// bare login is that of the Authenticator. Together, they are what a sign-in has to cost. Prints the tables, and writes
// results/provider.json. Exit code: 0, all gates hold; 1, a gate fails; 2, the plain provider differs too much from itself for
// a verdict.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { interleaved } from './measure/interleave.js'
import { bareLogin, filesIn, identityProvider, plainProvider } from './measure/provider/contestants.js'
import { ratios as ratiosOf, spread } from './measure/statistics.js'
import { providerText } from './report/provider.js'
import { verdictText } from './report/verdict.js'
import { startServer } from './servers/index.js'
import { USERS } from './servers/instance.js'
import { startRedis } from './servers/redis.js'
import { failedOf } from './targets/gates.js'
import { isJudged, verdictOnProvider } from './targets/provider.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '11' },
    warmups: { type: 'string', default: '8' },
    ms: { type: 'string', default: '2000' },
    concurrency: { type: 'string', default: '8' },
  },
})
const { rounds, warmups, ms, concurrency } = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, Number(value)]),
)
/**
 * Sign-ins of the identity provider in a round, at most: an account has at most 50 sessions, and a sign-in that ends another
 * one costs more.
 */
const MOST_SIGN_INS = Math.floor((USERS.length * 50) / (rounds + warmups))
const MECHANISM = 'SCRAM-SHA-256'

const CONTESTANTS = [
  { key: 'plain', name: 'the plain provider', start: plainProvider },
  { key: 'ours', name: 'the identity provider', start: identityProvider },
  { key: 'bare', name: 'the bare login', start: bareLogin },
  { key: 'again', name: 'the plain provider, again', start: plainProvider },
]

const load = loadavg()
const closing = []

async function started(server, redis) {
  const directory = await mkdtemp(join(tmpdir(), 'bench-provider-'))
  closing.unshift(() => rm(directory, { recursive: true, force: true }))
  const files = await filesIn(directory)
  const contestants = {}
  for (const [nth, { key, start }] of CONTESTANTS.entries()) {
    contestants[key] = await start({ bosh: server.bosh, files, redisUrl: redis.url(nth), mechanism: MECHANISM })
    closing.unshift(() => contestants[key].stop())
  }
  return contestants
}

async function measured(contestants) {
  const take = async name => {
    const atMost = share => (name === 'ours' ? { logins: Math.floor(share * MOST_SIGN_INS) } : {})
    const many = await contestants[name].take({ concurrency, ms, ...atMost(0.8) })
    const alone = await contestants[name].take({ concurrency: 1, ms: ms / 4, ...atMost(0.2) })
    return { ...many, alone: alone.time }
  }
  const progress = round => process.stderr.write(round < 0 ? 'w' : '.')
  const names = CONTESTANTS.map(({ key }) => key)
  const samples = await interleaved({ names, rounds, warmups, measure: take, progress })
  process.stderr.write('\n')
  return samples
}

/** Compares the identity provider with the sum of what it is made of, in each round. */
function compared(samples) {
  const of = (name, measure) => samples[name].map(sample => sample[measure])
  const whole = measure => of('plain', measure).map((plain, round) => plain + of('bare', measure)[round])
  const against = measure => spread(ratiosOf(of('ours', measure), whole(measure)))
  return {
    contestants: CONTESTANTS.map(({ key, name }) => ({
      key,
      name,
      perSecond: spread(of(key, 'time').map(ms => 1_000 / ms)),
      time: spread(of(key, 'time')),
      alone: spread(of(key, 'alone')),
      cpu: spread(of(key, 'cpu')),
    })),
    ratios: {
      time: against('time'),
      alone: against('alone'),
      cpu: against('cpu'),
      againTime: spread(ratiosOf(of('again', 'time'), of('plain', 'time'))),
      againCpu: spread(ratiosOf(of('again', 'cpu'), of('plain', 'cpu'))),
    },
  }
}

async function main() {
  const server = await startServer({ kind: 'ejabberd', storage: 'scram', hash: 'sha256' })
  closing.push(() => server.stop())
  const redis = await startRedis()
  closing.unshift(() => redis.stop())
  const report = {
    measured: new Date().toISOString(),
    conditions: {
      server: server.version,
      redis: redis.version,
      node: process.version,
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      load,
      mechanism: MECHANISM,
      rounds,
      ms,
      concurrency,
    },
    ...compared(await measured(await started(server, redis))),
  }
  Object.assign(report, verdictOnProvider(report))
  await mkdir(new URL('results/', import.meta.url), { recursive: true })
  await writeFile(new URL('results/provider.json', import.meta.url), `${JSON.stringify(report, undefined, 2)}\n`)
  console.log(`${providerText(report)}\n\n${verdictText(report)}`)
  if (!isJudged(report.ratios)) return 2
  return failedOf(report.gates).length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} finally {
  for (const close of closing) await close()
}
