import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { bordersOf, cutLogin, type Login } from '../fixtures/cut-login'
import type { Cut } from '../fixtures/cutting-proxy'
import { part } from './runs'

/*
 * The connection is cut after the n-th byte. The login then succeeds only if the proof had arrived, answers once, and
 * does not wait. `npm run fuzz` tries every n, CI every 16th and the borders of all elements, `npm test` every 64th.
 */

const SCOPE = part(100)
const STRIDE = SCOPE === 100 ? 1 : SCOPE >= 10 ? 16 : 64

let server: BoshServer
beforeAll(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } })
})
afterAll(() => server.close())
beforeEach(() => server.reset())

const CASES = (['PLAIN', 'SCRAM-SHA-256'] as const).flatMap(mechanism =>
  [true, false].flatMap(bind =>
    (['requests', 'replies'] as const).flatMap(direction =>
      (['refused', 'served'] as const).map(afterwards => ({ mechanism, bind, direction, afterwards })),
    ),
  ),
)

async function pointsOf(login: Login, direction: Cut['direction']): Promise<{ total: number; points: number[] }> {
  const { total, borders } = await bordersOf(login, direction)
  const every = Array.from({ length: Math.ceil(total / STRIDE) }, (_, n) => n * STRIDE + 1)
  return { total, points: [...new Set([...every, ...(SCOPE >= 10 ? borders : [])])].sort((a, b) => a - b) }
}

test.each(CASES)(
  'a $mechanism login (bind: $bind) needs proof when $direction are cut and later connections $afterwards',
  async ({ mechanism, bind, direction, afterwards }) => {
    const login = { service: server.url, mechanism, bind }
    const { total, points } = await pointsOf(login, direction)
    const wrong: unknown[] = []
    let successes = 0
    for (const after of points) {
      const { answer, proved } = await cutLogin(login, { after, direction, afterwards })
      if (answer.action === 'success') successes++
      const isRight = answer.action === 'success' ? proved : answer.error?.code === 'ERR_XMPP_CONNECT'
      if (!isRight) wrong.push({ after, of: total, action: answer.action, code: answer.error?.code, proved })
      // A session that was cut off cannot be ended: the next login starts anew.
      server.reset()
    }

    expect(wrong).toEqual([])
    // Some cuts come late enough: the bytes of the terminate, which comes last, are counted as well.
    expect(successes).toBeGreaterThan(0)
    expect(successes).toBeLessThan(points.length)
  },
  600_000,
)
