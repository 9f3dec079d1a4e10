import { MAX_CONCURRENT } from '../dist/limits.js'

const SETTLE_MS = 5_000
/** Logins before each measured turn, which fill the connection pool and the caches. */
const PRELUDE = 4 * MAX_CONCURRENT

/**
 * Measures a turn of logins on the mock. The CPU is that of this process, terminates included.
 *
 * @param {object} mock child process of mock/process.js
 * @param {(logins: number, concurrency: number) => Promise<void>} run
 * @param {{ logins: number, concurrency: number }} turn
 */
export async function loginCost(mock, run, { logins, concurrency }) {
  await run(PRELUDE, MAX_CONCURRENT)
  const before = await settled(mock)
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  await run(logins, concurrency)
  const wall = performance.now() - startedAt
  const after = await settled(mock)
  const { user, system } = process.cpuUsage(cpu)
  return {
    /** ms per login, all threads */
    cpu: (user + system) / 1000 / logins,
    perSecond: logins / (wall / 1000),
    requests: (after.requests - before.requests) / logins,
    terminates: (after.terminated - before.terminated) / logins,
    connections: after.connections - before.connections,
  }
}

/** Returns the counts of the mock as soon as every session is terminated. */
async function settled(mock) {
  const deadline = Date.now() + SETTLE_MS
  for (;;) {
    const counts = await mock.ask('count')
    if (counts.open === 0) return counts
    if (Date.now() > deadline) throw new Error(`${counts.open} sessions are not terminated`)
  }
}
