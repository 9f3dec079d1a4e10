import { startContestant } from '../contestants/start.js'
import { USERS } from '../servers/instance.js'
import { startChild } from './child.js'
import { slope } from './statistics.js'

const CONCURRENCY = 32
const CHECKPOINTS = [1_000, 5_000, 10_000, 20_000, 30_000, 40_000, 50_000]
/** Share of the logins with a wrong password. */
const WRONG_SHARE = 1 / 3

/**
 * Counts the memory of a contestant after each number of logins in CHECKPOINTS, with the garbage collected.
 *
 * @param {object} contestant of the plan
 * @param {object} server that it logs in on
 * @param {object} options
 * @param {number} options.logins
 * @param {number} options.deadline a time after which no further checkpoint begins
 */
export async function memoryOf(contestant, server, { logins, deadline = Number.POSITIVE_INFINITY }) {
  const one = await startContestant(contestant, server)
  const points = []
  let done = 0
  try {
    for (const checkpoint of CHECKPOINTS.filter(number => number <= logins)) {
      if (Date.now() > deadline) break
      const wrong = Math.round((checkpoint - done) * WRONG_SHARE)
      const { cpu, failed } = await one.turn({ logins: checkpoint - done - wrong, concurrency: CONCURRENCY })
      const refused = await one.turn({ logins: wrong, concurrency: CONCURRENCY, isRight: false })
      if (failed + refused.failed > 0) throw new Error(`${failed + refused.failed} logins were not answered`)
      done = checkpoint
      points.push({ logins: done, cpu, ...(await one.memory()) })
    }
  } finally {
    await one.stop().catch(() => {})
  }
  const later = points.slice(Math.floor(points.length / 2)).map(({ logins: number, heap }) => [number, heap * 2 ** 20])
  return { name: contestant.name, points, heapGrowth: later.length > 1 && points[0].heap ? slope(later) : undefined }
}

/** Measures the Authenticator and the floor on the mock. */
export async function memoryOnMock({ logins, say = () => {} }) {
  const mock = await startChild('mock/process.js')
  try {
    const server = { bosh: `http://127.0.0.1:${mock.ready.port}/bosh`, users: USERS.slice(0, 1) }
    const measured = []
    for (const [title, module] of [
      ['Authenticator', 'authenticator'],
      ['floor', 'floor'],
    ]) {
      say(`memory: ${title}`)
      const contestant = { name: `${title}, PLAIN and bind`, module, mechanism: 'PLAIN', bind: true }
      measured.push(await memoryOf(contestant, server, { logins }))
    }
    return measured
  } finally {
    await mock.stop()
  }
}
