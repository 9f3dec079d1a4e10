import { Authenticator, type Mechanism } from '../../lib/index'
import { MAX_CONCURRENT } from '../../lib/limits'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'

// This file does without nock, which replaces node:http and would hide the connections.

let server: BoshServer
beforeEach(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } })
})
afterEach(() => server.close())

const PLAIN = ['create', 'auth']
const SCRAM = ['create', 'auth', 'response']
const BIND = ['restart', 'bind']

test.each<[Mechanism, boolean, string[]]>([
  ['PLAIN', true, [...PLAIN, ...BIND]],
  ['SCRAM-SHA-1', true, [...SCRAM, ...BIND]],
  ['SCRAM-SHA-256', true, [...SCRAM, ...BIND]],
  ['SCRAM-SHA-512', true, [...SCRAM, ...BIND]],
  ['PLAIN', false, PLAIN],
  ['SCRAM-SHA-1', false, SCRAM],
  ['SCRAM-SHA-256', false, SCRAM],
  ['SCRAM-SHA-512', false, SCRAM],
])(
  'a login by %s (bind: %s) takes the expected requests, one terminate and one connection',
  async (mechanism, bind, steps) => {
    const authenticator = new Authenticator({ service: server.url, domain: 'localhost', mechanisms: [mechanism], bind })
    await authenticator.authenticate({ username: 'user1', password: 'user1' })
    const beforeTheVerdict = server.requests.map(({ step }) => step)
    await authenticator.close()

    expect(beforeTheVerdict).toEqual(steps)
    expect(server.requests.map(({ step }) => step)).toEqual([...steps, 'terminate'])
    expect(server.connections).toBe(1)
    expect(server.sessions).toEqual([])
  },
)

test('two hundred logins at once use at most two connections a slot', async () => {
  const authenticator = new Authenticator({ service: server.url, domain: 'localhost', mechanisms: ['PLAIN'] })
  const logins = Array.from({ length: 200 }, () => authenticator.authenticate({ username: 'user1', password: 'user1' }))
  await Promise.all(logins)
  await authenticator.close()

  expect(server.connections).toBeLessThanOrEqual(2 * MAX_CONCURRENT)
  expect(server.sessions).toEqual([])
})
