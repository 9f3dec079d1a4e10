import { execFileSync } from 'node:child_process'
import { Responder } from '../../lib/testing/responder'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'

/*
 * The test server answers as a real one does, so that what holds here holds there: the same dialogues are in the
 * recordings of ejabberd and, through the library, in spec/live.
 */

let server: BoshServer
beforeEach(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, mechanisms: ['PLAIN'] })
})
afterEach(() => server.close())

const HTTPBIND = "xmlns='http://jabber.org/protocol/httpbind'"
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"
const BIND = "<iq xmlns='jabber:client' type='set' id='b1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>"
const plain = (username: string, password: string) =>
  `<auth ${SASL} mechanism='PLAIN'>${Buffer.from(`\0${username}\0${password}`).toString('base64')}</auth>`

async function post(body: string): Promise<{ status: number; text: string }> {
  const response = await fetch(server.url, { method: 'POST', body })
  return { status: response.status, text: await response.text() }
}

async function create(): Promise<{
  sid: string
  say: (n: number, payload?: string, more?: string) => Promise<string>
}> {
  const { text } = await post(`<body ${HTTPBIND} rid='100' to='localhost' wait='10' hold='1'/>`)
  const sid = / sid='([^']+)'/.exec(text)?.[1] ?? ''
  return {
    sid,
    say: async (n, payload = '', more = '') =>
      (await post(`<body ${HTTPBIND} rid='${100 + n}' sid='${sid}' ${more}>${payload}</body>`)).text,
  }
}

const RESTART = "xmlns:xmpp='urn:xmpp:xbosh' xmpp:restart='true'"

test('a login, from the features to the end', async () => {
  const { sid, say } = await create()

  expect(await say(1, plain('user1', 'user1'))).toContain(`<success ${SASL}/>`)
  expect(await say(2, '', RESTART)).toContain("<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/>")
  expect(await say(3, BIND)).toMatch(
    /<iq xmlns='jabber:client' type='result' id='b1'>.*<jid>user1@localhost\/[^<]+<\/jid>/,
  )
  expect(server.sessions).toEqual([{ sid, username: 'user1', jid: expect.stringMatching(/^user1@localhost\/.+/) }])
  expect(await say(4, '', "type='terminate'")).toContain("type='terminate'")
  expect(server.sessions).toEqual([])
})

test.each([
  ['wrong password', 'user1', 'user2'],
  ['unknown user', 'user2', 'user1'],
  ['everything empty', '', ''],
])('%s: not-authorized, and no session is bound', async (_, username, password) => {
  const { say } = await create()

  expect(await say(1, plain(username, password))).toContain(`<failure ${SASL}><not-authorized/></failure>`)
  await say(2, '', RESTART)
  expect(await say(3, BIND)).toContain('<not-authorized')
  expect(server.sessions).toEqual([])
})

test('bind before authentication ends the session', async () => {
  const { say } = await create()

  expect(await say(1, BIND)).toContain("condition='remote-stream-error'")
  expect(server.sessions).toEqual([])
})

test('bind without restart ends the session', async () => {
  const { say } = await create()
  await say(1, plain('user1', 'user1'))

  expect(await say(2, BIND)).toContain("condition='remote-stream-error'")
})

test('the same rid again gets the same reply again', async () => {
  const { say } = await create()
  const first = await say(1, plain('user1', 'user1'))

  expect(await say(1, plain('user1', 'user1'))).toBe(first)
})

test('also while the first reply is still being made', async () => {
  const responder = new Responder({ domain: 'localhost', accounts: { user1: 'user1' } })
  const ask = async (body: string) => {
    const reply = await responder.respond(Buffer.from(body))
    return typeof reply === 'string' ? reply : String(reply.body)
  }
  const sid = / sid='([^']+)'/.exec(await ask(`<body ${HTTPBIND} rid='1' to='localhost'/>`))?.[1]
  // The keys of the account are derived meanwhile.
  const first = Buffer.from('n,,n=user1,r=abc').toString('base64')
  const auth = `<body ${HTTPBIND} rid='2' sid='${sid}'><auth ${SASL} mechanism='SCRAM-SHA-256'>${first}</auth></body>`
  const [reply, again] = await Promise.all([ask(auth), ask(auth)])

  expect(reply).toContain('<challenge')
  expect(again).toBe(reply)
})

test.each([
  ['a rid ahead of the window', 21],
  ['a rid of the past', -5],
])('%s: item-not-found, and the session is gone', async (_, n) => {
  const { say } = await create()

  expect(await say(n)).toContain("condition='item-not-found'")
  expect(server.sessions).toEqual([])
})

test('an unknown sid: item-not-found', async () => {
  expect((await post(`<body ${HTTPBIND} rid='1' sid='x'/>`)).text).toContain("condition='item-not-found'")
})

test('another domain: as ejabberd says it', async () => {
  expect((await post(`<body ${HTTPBIND} rid='1' to='other.example'/>`)).text).toContain(
    "condition='internal-server-error'",
  )
  expect((await post(`<body ${HTTPBIND} rid='1'/>`)).text).toContain("condition='improper-addressing'")
})

test.each(['', 'x', '<body/>', `<body ${HTTPBIND}/>`, '<!DOCTYPE x><x/>'])('%j: HTTP 400', async body => {
  expect((await post(body)).status).toBe(400)
})

test('a mechanism that was not offered: invalid-mechanism', async () => {
  const { say } = await create()

  expect(await say(1, `<auth ${SASL} mechanism='SCRAM-SHA-1'>biws</auth>`)).toContain('<invalid-mechanism/>')
})

test('accounts come and go while it runs, names prepared; reset() is as after the start', async () => {
  server.accounts.add('ZOË', 'pä$$wörd €😀')
  server.accounts.remove('user1')
  expect([server.accounts.has('zoë'), server.accounts.has('user1')]).toEqual([true, false])
  server.accounts.disable('zoë')
  const { say } = await create()
  expect(await say(1, plain('zoë', 'pä$$wörd €😀'))).toContain('<account-disabled/>')
  server.reset()

  expect([server.accounts.has('zoë'), server.accounts.has('user1')]).toEqual([false, true])
  expect([server.sessions, server.requests]).toEqual([[], []])
})

test('a fault happens as often as it was asked for', async () => {
  server.fault({ on: 'auth', times: 2, reply: 'temporary-auth-failure' })
  const { say } = await create()
  const answers = [1, 2, 3].map(n => () => say(n, plain('user1', 'user1')))
  const said: string[] = []
  for (const answer of answers) said.push(await answer())

  expect(said.map(text => /<(success|temporary-auth-failure)/.exec(text)?.[1])).toEqual([
    'temporary-auth-failure',
    'temporary-auth-failure',
    'success',
  ])
})

test('wrong options are TypeErrors', async () => {
  await expect(startBoshServer({ domain: 'a b' })).rejects.toThrow(TypeError)
  await expect(startBoshServer({ domain: 'localhost', mechanisms: ['X'] as never })).rejects.toThrow(TypeError)
  await expect(startBoshServer({ domain: 'localhost', accounts: { 'a@b': 'x' } })).rejects.toThrow(TypeError)
})

test('it loads without nock', () => {
  const script =
    "require('./dist/testing/server'); console.log(Object.keys(require.cache).some(file => file.includes('nock')))"

  expect(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })).toBe('false\n')
})
