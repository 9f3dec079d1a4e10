import { setTimeout as delay } from 'node:timers/promises'
import { Authenticator } from '../../lib'
import { delayingProxy } from '../fixtures/delaying-proxy'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

/* A hundred logins at once on a real server that is far away: each answer takes 500 ms. */

describe.each([
  { name: 'ejabberd', start: () => startEjabberd({ storage: 'scram', hash: 'sha256' }) },
  { name: 'Prosody', start: () => startProsody() },
])('on a real $name', ({ start }) => {
  let server: LiveServer
  beforeAll(async () => {
    server = await start()
    await server.register('user1', 'user1')
  }, 60_000)
  afterAll(() => server?.stop())

  test('a hundred logins at once leave no session behind when each answer takes 500 ms', async () => {
    const proxy = await delayingProxy(server.url, 500)
    const authenticator = new Authenticator({ service: proxy.url, domain: 'localhost', timeout: 60_000 })
    try {
      const before = await server.boshSessions()
      const logins = Array.from({ length: 100 }, () =>
        authenticator.authenticate({ username: 'user1', password: 'user1' }),
      )
      expect(new Set((await Promise.all(logins)).map(({ jid }) => jid))).toEqual(new Set(['user1@localhost']))
      // Not close(): the terminates are under way without it.
      await delay(6_000)
      expect(await server.boshSessions()).toBe(before)
    } finally {
      await authenticator.close()
      await proxy.close()
    }
  }, 120_000)
})
