import { Agent, type ClientRequest, request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { Authenticator } from '../../lib'
import { Responder } from '../../lib/testing/responder'
import { type BoshServer, type PersonalityName, startBoshServer } from '../../lib/testing/server'

/*
 * Habits of real servers that a dialogue on one connection does not show: connections, pauses and times.
 */

const HTTPBIND = "xmlns='http://jabber.org/protocol/httpbind'"
const VERSION = "xmlns:xmpp='urn:xmpp:xbosh' xmpp:version='1.0'"
const CREATE = `<body ${HTTPBIND} rid='1' to='localhost' wait='1' hold='1' ${VERSION}/>`

let server: BoshServer
afterEach(() => server.close())

async function start(personality: PersonalityName, options: { answerPause?: number } = {}): Promise<void> {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, personality, ...options })
}

/** Sends a request over the one connection of an agent. Resolves with the body, or with the code of the error. */
function send(agent: Agent, body: string): Promise<string> {
  return new Promise(resolve => {
    const request: ClientRequest = httpRequest(server.url, { method: 'POST', agent }, response => {
      let text = ''
      response.on('data', chunk => (text += chunk)).on('end', () => resolve(text))
    })
    request.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
    request.end(body)
  })
}

const oneConnection = () => new Agent({ keepAlive: true, maxSockets: 1 })
const sidIn = (text: string) => / sid='([^']+)'/.exec(text)?.[1] ?? ''
const asked = (sid: string, rid: number, more = '') => `<body ${HTTPBIND} rid='${rid}' sid='${sid}' ${more}/>`
const TERMINATE = "type='terminate'"

test.each<[PersonalityName, second: string | RegExp]>([
  ['tigase', 'ECONNRESET'],
  ['ejabberd', /^<body /],
])('the end of a session on %s closes the connections that carried it or leaves them', async (personality, second) => {
  await start(personality, { answerPause: 0 })
  const [x, y] = [oneConnection(), oneConnection()]
  const a = sidIn(await send(x, CREATE))
  await send(x, asked(a, 2))
  const b = sidIn(await send(y, CREATE))
  await send(y, asked(b, 2))
  // The second session waits on the connection that has carried the first one.
  const waiting = send(x, asked(b, 3))
  while (server.requests.length < 5) await new Promise(resolve => setImmediate(resolve))
  const end = await send(y, asked(a, 3, TERMINATE))

  expect(end).toContain("type='terminate'")
  expect(await waiting).toMatch(second)
  expect(server.sessions.map(({ sid }) => sid)).toEqual([b])
  x.destroy()
  y.destroy()
})

test.each<[answerPause: number | undefined, least: number, most: number]>([
  [undefined, 390, Number.POSITIVE_INFINITY],
  [0, 0, 390],
])('a login on Tigase takes the pauses between its answers (answerPause %s)', async (answerPause, least, most) => {
  await start('tigase', answerPause === undefined ? {} : { answerPause })
  const authenticator = new Authenticator({ service: server.url, domain: 'localhost' })
  await authenticator.authenticate({ username: 'user1', password: 'user1' })
  const begin = Date.now()
  await authenticator.authenticate({ username: 'user1', password: 'user1' })
  const took = Date.now() - begin
  await authenticator.close()

  expect(took).toBeGreaterThanOrEqual(least)
  expect(took).toBeLessThan(most)
})

test('startBoshServer refuses an answerPause that is not a number of ms', async () => {
  await start('tigase')

  await expect(startBoshServer({ domain: 'localhost', answerPause: -1 })).rejects.toThrow(/`answerPause`/)
})

test('a session that was idle for too long is unknown', async () => {
  await start('tigase')
  jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout'] })
  try {
    const responder = new Responder({ domain: 'localhost', personality: 'tigase' })
    const ask = async (body: string) => {
      const reply = await responder.respond(Buffer.from(body))
      return typeof reply === 'string' ? reply : `${reply.status} ${reply.body}`
    }
    const sid = sidIn(await ask(CREATE))
    jest.setSystemTime(Date.now() + 10_001)

    expect(await ask(asked(sid, 2))).toMatch(/^404 <body .* condition='item-not-found'/)
  } finally {
    jest.useRealTimers()
  }
})

test('MongooseIM closes a connection after five seconds without a request and does not announce it', async () => {
  await start('mongooseim')
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => {
    answer += text
  })
  socket.write('GET /http-bind HTTP/1.1\r\nHost: localhost\r\n\r\n')
  const begin = Date.now()
  await new Promise(resolve => socket.on('end', resolve))
  socket.destroy()

  expect(answer).toMatch(/^server: Cowboy\r$/m)
  expect(answer).not.toMatch(/^keep-alive:/im)
  expect(Date.now() - begin).toBeGreaterThan(4_500)
}, 15_000)

test.each<[PersonalityName, RegExp]>([
  ['openfire', /^Error 404 Not Found$/],
  ['tigase', /^This is BOSH /],
  ['mongooseim', /^MongooseIM bosh endpoint$/],
  ['metronome', /^Metronome's BOSH Interface$/],
  ['prosody', /^BOSH$/],
])('a person who opens the URL of %s sees its page', async (personality, page) => {
  await start(personality)
  const text = await (await fetch(server.url)).text()

  expect(/<title>(.*)<\/title>/.exec(text)?.[1] ?? text).toMatch(page)
})

test('Tigase serves BOSH at every path', async () => {
  await start('tigase')
  const response = await fetch(new URL('/any/path', server.url), { method: 'POST', body: CREATE })

  expect([response.status, response.headers.get('server')]).toEqual([200, 'Tigase Bosh/8.5.0-SNAPSHOT'])
  expect(sidIn(await response.text())).not.toBe('')
})

test.each(['instead', 'beside'] as const)('the fault `again` sends the challenge %s the success', async again => {
  await start('openfire')
  const codes: string[] = []
  const responder = new Responder({ domain: 'localhost', accounts: { user1: 'user1' } })
  responder.fault({ on: 'response', reply: { again } })
  const ask = async (body: string) => {
    const reply = await responder.respond(Buffer.from(body))
    const text = typeof reply === 'string' ? reply : String(reply.body)
    codes.push(Array.from(text.matchAll(/<(challenge|failure|features)/g), ([, name]) => name).join(' '))
    return text
  }
  const sid = sidIn(await ask(CREATE))
  const sasl = (name: string, attributes: string, text: string) =>
    `<body ${HTTPBIND} rid='${codes.length + 1}' sid='${sid}'><${name} xmlns='urn:ietf:params:xml:ns:xmpp-sasl' ${attributes}>${Buffer.from(text).toString('base64')}</${name}></body>`
  await ask(sasl('auth', "mechanism='SCRAM-SHA-1'", 'n,,n=user1,r=abc'))
  await ask(sasl('response', '', 'c=biws,r=abc,p=AAAA'))
  await ask(asked(sid, 4))

  expect(codes.slice(1)).toEqual(
    again === 'instead' ? ['challenge', 'challenge', 'failure'] : ['challenge', 'challenge failure', ''],
  )
})

test('Tigase sends the features again with the next answer when a restart is repeated before its answer', async () => {
  await start('tigase')
  const [x, y] = [oneConnection(), oneConnection()]
  const sid = sidIn(await send(x, CREATE))
  const plain = Buffer.from('\0user1\0user1').toString('base64')
  const auth = `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`
  await send(x, `<body ${HTTPBIND} rid='2' sid='${sid}'>${auth}</body>`)
  const restart = asked(sid, 3, "xmlns:xmpp='urn:xmpp:xbosh' xmpp:restart='true'")
  const first = send(x, restart)
  while (server.requests.length < 3) await new Promise(resolve => setImmediate(resolve))
  const again = send(y, restart)
  await Promise.all([first, again])
  const bind = "<iq xmlns='jabber:client' type='set' id='b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
  const bound = await send(y, `<body ${HTTPBIND} rid='4' sid='${sid}'>${bind}</body>`)

  expect(await again).toContain('<stream:features>')
  expect(bound).toMatch(/<stream:features>.*<jid>user1@localhost\//)
  x.destroy()
  y.destroy()
})
