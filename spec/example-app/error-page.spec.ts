import type { App } from '../../example-app/app'
import type { FaultReply } from '../../lib/testing/faults/faults'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { appOn, type LogEntry, signIn, tokenIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let app: App
let logged: LogEntry[]
let visitor: Visitor

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } })
})

beforeEach(() => {
  xmpp.reset()
  ;({ app, logged } = appOn(xmpp))
  visitor = visitorOf(app)
})

afterEach(() => app.close())
afterAll(() => xmpp.close())

const failures = (entries: readonly LogEntry[]) => entries.filter(({ level }) => level === 'error')

test.each<[string, FaultReply, number, string]>([
  ['sends a page instead of XML', 'not-xml', 502, 'ERR_XMPP_PROTOCOL'],
  ['is behind a broken gateway', { status: 502, body: '<h1>internal-gateway-17</h1>' }, 502, 'ERR_XMPP_HTTP'],
  ['is busy', 'temporary-auth-failure', 503, 'ERR_XMPP_UNAVAILABLE'],
])('a login shows an error page with the id of its log entry when the server %s', async (...row) => {
  const [, reply, status, code] = row
  xmpp.fault({ on: 'auth', reply })
  const answer = await signIn(visitor, 'user1', 'user1')
  expect(answer.status).toBe(status)
  expect(answer.text).toContain('Please try again in a few minutes.')
  expect(answer.text).not.toMatch(/ERR_|XmppBosh|internal-gateway-17|127\.0\.0\.1|node_modules|\bat .*:\d+/)

  const requestId = /<code>([^<]+)<\/code>/.exec(answer.text)?.[1]
  expect(requestId).toMatch(/^[0-9a-f-]{36}$/)
  expect(failures(logged)).toEqual([
    expect.objectContaining({ req: { id: requestId, method: 'POST', path: '/login' }, status, code }),
  ])
  expect((await visitor.get('/')).text).toContain('hello world')
})

test('a login shows a 502 page when the server does not listen', async () => {
  const gone = await startBoshServer({ domain: 'localhost' })
  const { url } = gone
  await gone.close()
  const { app: alone } = appOn({ url })
  const answer = await signIn(visitorOf(alone), 'user1', 'user1')
  expect(answer.status).toBe(502)
  expect(answer.text).not.toMatch(/ECONNREFUSED|127\.0\.0\.1/)
  await alone.close()
})

test('a login shows a 500 page and logs the reason when the server does not have the domain', async () => {
  const { app: mistaken, logged: said } = appOn(xmpp, { XMPP_DOMAIN: 'elsewhere.example' })
  const answer = await signIn(visitorOf(mistaken), 'user1', 'user1')
  expect(answer.status).toBe(500)
  expect(answer.text).toContain('not your fault')
  expect(answer.text).not.toContain('elsewhere.example')
  expect(failures(said)[0]).toMatchObject({ code: 'ERR_XMPP_DOMAIN', message: expect.stringContaining('domain') })
  await mistaken.close()
})

test('the same form works again after an outage', async () => {
  const { text } = await visitor.get('/login')
  const filledIn = { _csrf: tokenIn(text), username: 'user1', password: 'user1' }
  xmpp.fault({ on: 'create', reply: { status: 503 } })
  await visitor.post('/login').type('form').send(filledIn).expect(502)
  await visitor.post('/login').type('form').send(filledIn).expect(303).expect('Location', '/')
})

test('the log contains no password, token or cookie', async () => {
  xmpp.fault({ on: 'auth', reply: 'not-xml' })
  const { text, headers } = await visitor.get('/login')
  const secrets = [tokenIn(text), 'the password typed', /csrf=([^;]+)/.exec(headers['set-cookie']?.[0] ?? '')?.[1]]
  await visitor.post('/login?next=1').type('form').send({ _csrf: secrets[0], username: 'user1', password: secrets[1] })
  const written = JSON.stringify(logged)
  expect(failures(logged)).toHaveLength(1)
  expect(written).toContain('"path":"/login"')
  for (const secret of secrets) {
    expect(secret).toBeDefined()
    expect(written).not.toContain(secret)
  }
})

test('an unknown address shows a 404 page and logs no error', async () => {
  const answer = await visitor.get('/nothing-here').expect(404)
  expect(answer.text).toContain('Page not found')
  expect(answer.text).not.toContain('<code>')
  expect(failures(logged)).toEqual([])
})

test.each([
  ['an invalid address', '/%E0%A4%A'],
  ['a path out of the folder', '/..%2f..%2fpackage.json'],
  ['the source of a page', '/views/login.pug'],
])('%s gets a 404 page without a stack trace', async (_what, path) => {
  const answer = await visitor.get(path).expect(404)
  expect(answer.text).toContain('Page not found')
  expect(answer.text).not.toMatch(/node_modules|Error:/)
})

test('a form in an unsupported charset gets a 415 page without a stack trace', async () => {
  const answer = await visitor.post('/login').type('application/x-www-form-urlencoded; charset=koi8-r').send('a=b')
  expect(answer.status).toBe(415)
  expect(answer.text).toContain('This request cannot be answered')
  expect(answer.text).not.toMatch(/koi8|node_modules|Error:/)
  expect(failures(logged)).toEqual([])
})

test('a form that is too large gets a 413 page', async () => {
  await visitor.get('/login')
  await visitor
    .post('/login')
    .type('form')
    .send({ username: 'x'.repeat(20_000) })
    .expect(413)
})
