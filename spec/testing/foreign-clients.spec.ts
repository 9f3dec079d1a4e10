import { JSDOM } from 'jsdom'
import { createClient } from 'stanza'
import { type BoshServer, type PersonalityName, startBoshServer, type TestMechanism } from '../../lib/testing/server'

/*
 * The test kit is a true server: chat clients by other authors log in to it, bind and leave.
 */

const JID = 'user1@localhost'
const PERSONALITIES: readonly PersonalityName[] = ['ejabberd', 'prosody']

/** Logs in and returns the events that the client reports, in its own words. */
type Attempt = (server: BoshServer, password: string) => Promise<readonly string[]>

interface Client {
  readonly name: string
  readonly mechanisms: readonly TestMechanism[]
  readonly attempt: Attempt
  /** the steps after the restart until it waits */
  readonly online: readonly string[]
  /** its events with the right password, and with a wrong one */
  readonly right: readonly string[]
  readonly wrong: readonly string[]
}

const STROPHE: Client = {
  name: 'strophe.js',
  mechanisms: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
  attempt: byStrophe,
  // It asks for the session of RFC 3921.
  online: ['bind', 'stanza', 'poll'],
  right: ['CONNECTING', 'CONNECTED', 'DISCONNECTING', 'DISCONNECTED'],
  wrong: ['CONNECTING', 'AUTHFAIL'],
}
const STANZA: Client = {
  name: 'stanza',
  // It knows only these.
  mechanisms: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'],
  attempt: byStanza,
  online: ['bind', 'poll'],
  right: ['auth:success', 'session:started', 'disconnected'],
  wrong: ['auth:failed', 'disconnected'],
}

const CASES = [STROPHE, STANZA].flatMap(({ mechanisms, ...client }) =>
  PERSONALITIES.flatMap(personality => mechanisms.map(mechanism => ({ ...client, personality, mechanism }))),
)

describe.each(CASES)(
  'as $name on $personality by $mechanism',
  ({ attempt, personality, mechanism, online, right, wrong }) => {
    let server: BoshServer
    beforeAll(async () => {
      server = await startBoshServer({
        domain: 'localhost',
        accounts: { user1: 'pä$$wörd' },
        mechanisms: [mechanism],
        personality,
      })
    })
    afterAll(() => server.close())
    afterEach(() => server.reset())

    const steps = () => server.requests.map(({ step }) => step)
    const exchange = mechanism === 'PLAIN' ? ['create', 'auth'] : ['create', 'auth', 'response']

    test('the client logs in, waits for stanzas and leaves when the password is right', async () => {
      expect(await attempt(server, 'pä$$wörd')).toEqual(right)
      expect(steps()).toEqual([...exchange, 'restart', ...online, 'terminate'])
      expect(server.requests.find(({ step }) => step === 'auth')?.mechanism).toBe(mechanism)
      expect(server.sessions).toEqual([])
    })

    test('the client is refused when the password is wrong', async () => {
      expect(await attempt(server, 'wrong')).toEqual(wrong)
      expect(steps().filter(step => step !== 'terminate')).toEqual(exchange)
      expect(server.sessions.every(({ username }) => username === undefined)).toBe(true)
    })
  },
)

test('each client takes the strongest offered mechanism that it knows', async () => {
  const server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } })
  await byStrophe(server, 'user1')
  await byStanza(server, 'user1')
  await server.close()

  const mechanisms = server.requests.filter(({ step }) => step === 'auth').map(({ mechanism }) => mechanism)
  expect(mechanisms).toEqual(['SCRAM-SHA-512', 'SCRAM-SHA-256'])
})

/** Resolves when the client is bound and the server holds its empty request. */
async function heldBy(server: BoshServer): Promise<void> {
  while (!server.requests.some(({ step }) => step === 'poll')) await new Promise(resolve => setImmediate(resolve))
  expect(server.sessions).toEqual([
    {
      sid: expect.any(String),
      username: 'user1',
      mechanism: expect.any(String),
      jid: expect.stringMatching(`^${JID}/.`),
    },
  ])
}

async function byStrophe(server: BoshServer, password: string): Promise<readonly string[]> {
  // Its documentation asks for @xmldom/xmldom and ws in Node.js, which are installed. BOSH needs XMLHttpRequest as well.
  const { window } = new JSDOM('', { url: server.url })
  globalThis.XMLHttpRequest = window.XMLHttpRequest
  // Not before XMLHttpRequest is set.
  const { Strophe } = await import('strophe.js')
  Strophe.setLogLevel(Strophe.LogLevel.FATAL)
  const nameOf = new Map(Object.entries(Strophe.Status).map(([name, status]) => [status, name]))
  const seen: string[] = []
  const connection = new Strophe.Connection(server.url)
  await new Promise<void>((resolve, reject) => {
    connection.connect(JID, password, (status: number) => {
      seen.push(nameOf.get(status) ?? String(status))
      if (status === Strophe.Status.CONNECTED) heldBy(server).then(() => connection.disconnect('done'), reject)
      if (status === Strophe.Status.DISCONNECTED || status === Strophe.Status.AUTHFAIL) resolve()
    })
  })
  connection.reset()
  window.close()
  return seen
}

async function byStanza(server: BoshServer, password: string): Promise<readonly string[]> {
  const client = createClient({
    jid: JID,
    password,
    autoReconnect: false,
    transports: { bosh: server.url, websocket: false },
  })
  const seen: string[] = []
  for (const event of ['auth:success', 'auth:failed', 'session:started', 'disconnected'] as const) {
    client.on(event, () => void seen.push(event))
  }
  await new Promise<void>((resolve, reject) => {
    client.on('session:started', () => void heldBy(server).then(() => client.disconnect(), reject))
    client.on('disconnected', () => resolve())
    client.connect()
  })
  return seen
}
