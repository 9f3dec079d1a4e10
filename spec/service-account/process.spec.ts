import { ServiceAccount } from '../../lib'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'

/* A real socket to the server of the test kit, and what is left of the account after close(). */

let server: BoshServer
beforeEach(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { login: 'secret' } })
})
afterEach(() => server.close())

const handles = () => process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap' || name === 'Timeout')

test('close() leaves no timer, no socket and no session', async () => {
  const before = handles()
  const account = new ServiceAccount({
    service: server.url,
    domain: 'localhost',
    username: 'login',
    password: 'secret',
  })
  await account.ready()
  expect(handles().length).toBeGreaterThan(before.length)
  await account.close()

  expect(server.sessions).toEqual([])
  // Sockets are gone some turns after they were closed.
  for (let turns = 0; turns < 1_000 && handles().length > before.length; turns++) {
    await new Promise(resolve => setImmediate(resolve))
  }
  expect(handles().length).toBeLessThanOrEqual(before.length)
})
