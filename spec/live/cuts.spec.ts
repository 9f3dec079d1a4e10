import { bordersOf, cutLogin } from '../fixtures/cut-login'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

/*
 * A connection to a real server is cut after the n-th byte, as in spec/fuzz/cuts.spec.ts. A real server sends other
 * bytes, in other pieces, and ends its connections in another way.
 */

const STRIDE = 97

const SERVERS = [
  { name: 'ejabberd', start: () => startEjabberd({ storage: 'scram', hash: 'sha256' }), scram: 'SCRAM-SHA-256' },
  { name: 'Prosody', start: () => startProsody(), scram: 'SCRAM-SHA-1' },
] as const

describe.each(SERVERS)('on a real $name', ({ start, scram }) => {
  let server: LiveServer
  beforeAll(async () => {
    server = await start()
    await server.register('user1', 'user1')
  })
  afterAll(() => server?.stop())

  test.each(['requests', 'replies'] as const)('a login with cut %s succeeds only with proof', async direction => {
    for (const mechanism of ['PLAIN', scram] as const) {
      const login = { service: server.url, mechanism, bind: true }
      const { total } = await bordersOf(login, direction)
      const wrong: unknown[] = []
      const seen = new Set<string>()
      for (let after = 1; after <= total; after += STRIDE) {
        for (const afterwards of ['refused', 'served'] as const) {
          const { answer, proved } = await cutLogin(login, { after, direction, afterwards })
          seen.add(answer.action)
          const isRight = answer.action === 'success' ? proved : answer.error?.code === 'ERR_XMPP_CONNECT'
          if (!isRight) wrong.push({ mechanism, after, of: total, afterwards, proved, code: answer.error?.code })
        }
      }

      expect(wrong).toEqual([])
      expect([...seen].sort()).toEqual(['error', 'success'])
    }
  })
})
