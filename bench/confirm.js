// Measures sign-ins without a password, on a real ejabberd: ask and answer against the bare exchange, waiting requests, and
// the cost of an idle account.
//
//   npm run bench:confirm [-- --rounds 15 --warmups 5 --asks 30 --idle 100]
//
//   --asks  questions of each contestant in a round; they take turns question by question
//   --idle  s for which an account is idle; the other measurements are taken meanwhile
//
// The bare exchange is the same question and answer with prepared strings over node:http, on two sockets. The same people
// answer all contestants, from a process of their own. Prints the tables, and writes results/confirm.json. Exit code: 0, all
// gates hold; 1, a gate fails; 2, the bare exchange differs too much from itself for a verdict.
import { mkdir, writeFile } from 'node:fs/promises'
import { cpus, loadavg } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startChild } from './measure/child.js'
import { accountExchange, allAtOnce, askOne, bareExchange, confirmExchange } from './measure/confirm/exchange.js'
import { interleaved } from './measure/interleave.js'
import { median, quantile, ratios, spread } from './measure/statistics.js'
import { confirmText } from './report/confirm.js'
import { verdictText } from './report/verdict.js'
import { startServer } from './servers/index.js'
import { USERS } from './servers/instance.js'
import { agrees } from './targets/against-floor.js'
import { MAX_BARE_DIFFERENCE, verdictOnConfirm, WAITING } from './targets/confirm.js'
import { failedOf } from './targets/gates.js'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    warmups: { type: 'string', default: '5' },
    asks: { type: 'string', default: '30' },
    idle: { type: 'string', default: '100' },
  },
})
const { rounds, warmups, asks, idle } = Object.fromEntries(
  Object.entries(values).map(([name, value]) => [name, Number(value)]),
)
/**
 * ms between two questions. A contestant asks again when all others have asked: what it said after the answer has left then,
 * and the request beside which it sends the next question rests at the server.
 */
const PAUSE_MS = 60
const PEOPLE = USERS.slice(10)

const CONTESTANTS = [
  { key: 'bare', name: 'the bare exchange', open: bareExchange },
  { key: 'account', name: 'ServiceAccount', open: accountExchange },
  { key: 'confirm', name: 'Confirmations', open: confirmExchange },
  { key: 'again', name: 'the bare exchange, again', open: bareExchange },
]

const startedAt = performance.now()
const load = loadavg()
const closing = []
const progress = round => process.stderr.write(round < 0 ? 'w' : '.')

async function opened(server) {
  const people = await startChild('contestants/people.js', { args: [JSON.stringify({ bosh: server.bosh })] })
  closing.unshift(() => people.stop())
  await people.ask(PEOPLE)
  const contestants = {}
  for (const [nth, { key, open }] of CONTESTANTS.entries()) {
    contestants[key] = await open({ bosh: server.bosh, username: USERS[nth] })
    closing.unshift(() => contestants[key].close())
  }
  return contestants
}

/** Compares the contestants, with nothing else waiting. */
async function exchangeOf(contestants) {
  const names = Object.keys(contestants)
  let asked = 0
  const one = async key => {
    await sleep(PAUSE_MS)
    return askOne(contestants[key], PEOPLE[asked++ % PEOPLE.length])
  }
  const times = await interleaved({ names, rounds: rounds * asks, warmups: warmups * asks, measure: one })
  const many = async key => {
    await sleep(PAUSE_MS)
    return allAtOnce(contestants[key], PEOPLE)
  }
  const perSecond = await interleaved({ names, rounds, warmups, measure: many, progress })
  const p50 = Object.fromEntries(names.map(key => [key, roundsOf(times[key]).map(median)]))
  return {
    exchange: CONTESTANTS.map(({ key, name }) => ({
      key,
      name,
      p50: spread(p50[key]),
      p95: spread(roundsOf(times[key]).map(round => quantile(round, 0.95))),
      perSecond: spread(perSecond[key]),
    })),
    ratios: Object.fromEntries(['account', 'confirm', 'again'].map(key => [key, spread(ratios(p50[key], p50.bare))])),
  }
}

/** Divides the times of all questions by round. */
const roundsOf = times => Array.from({ length: rounds }, (_, round) => times.slice(round * asks, (round + 1) * asks))

/** Measures waiting requests: without a server, and the answers a second with others waiting. */
async function waitingOf({ confirm }) {
  const child = await startChild('measure/confirm/waiting-process.js')
  closing.unshift(() => child.stop())
  const measured = await interleaved({
    names: WAITING.map(String),
    rounds: Math.min(rounds, 7),
    warmups: 1,
    async measure(count) {
      const bytes = await child.ask(['memory', Number(count)])
      return { bytes, match: 1000 * (await child.ask(['match', Number(count)])) }
    },
    progress,
  })
  const [one] = WAITING
  const rows = []
  for (const waiting of WAITING) {
    const of = (count, measure) => measured[count].map(sample => sample[measure])
    rows.push({
      waiting,
      // The structures that the first request makes count for it alone.
      bytes: waiting === one ? undefined : spread(of(waiting, 'bytes')),
      match: spread(of(waiting, 'match')),
      toOne: waiting === one ? undefined : spread(ratios(of(waiting, 'match'), of(one, 'match'))),
      perSecond:
        waiting < PEOPLE.length ? undefined : spread(await withOthersWaiting(confirm, waiting - PEOPLE.length)),
    })
  }
  return rows
}

/** Asks all people at once while other requests wait for a code. */
async function withOthersWaiting(contestant, others) {
  const { confirmations } = contestant
  const ids = []
  for (let nth = 0; nth < others; nth++) ids.push((await confirmations.start({})).id)
  const perSecond = []
  for (let round = 0; round < rounds; round++) {
    await sleep(PAUSE_MS)
    perSecond.push(await allAtOnce(contestant, PEOPLE))
  }
  for (const id of ids) await confirmations.cancel(id)
  return perSecond
}

/** Counts the requests a minute by the time between the first and the last one. */
async function postsPerMinute(child) {
  await sleep(Math.max(0, idle * 1000 - (performance.now() - startedAt)))
  const times = await child.ask('times')
  return (60_000 * (times.length - 1)) / (times.at(-1) - times[0])
}

async function main() {
  const server = await startServer({ kind: 'ejabberd', storage: 'plain' })
  closing.push(() => server.stop())
  const idleAccount = await startChild('measure/confirm/idle-process.js', {
    args: [JSON.stringify({ bosh: server.bosh, username: USERS[CONTESTANTS.length] })],
  })
  closing.unshift(() => idleAccount.stop())
  const contestants = await opened(server)
  const compared = await exchangeOf(contestants)
  const waiting = await waitingOf(contestants)
  process.stderr.write('\n')
  const report = {
    measured: new Date().toISOString(),
    conditions: {
      server: server.version,
      node: process.version,
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      load,
      loadAfter: loadavg(),
      rounds,
      asks,
      people: PEOPLE.length,
    },
    ...compared,
    isJudged: agrees(compared.ratios.again, MAX_BARE_DIFFERENCE),
    waiting,
    postsPerMinute: await postsPerMinute(idleAccount),
  }
  Object.assign(report, verdictOnConfirm(report))
  await mkdir(new URL('results/', import.meta.url), { recursive: true })
  await writeFile(new URL('results/confirm.json', import.meta.url), `${JSON.stringify(report, undefined, 2)}\n`)
  console.log(`${confirmText(report)}\n\n${verdictText(report)}`)
  if (!report.isJudged) return 2
  return failedOf(report.gates).length === 0 ? 0 : 1
}

try {
  process.exitCode = await main()
} finally {
  for (const close of closing) await close()
}
