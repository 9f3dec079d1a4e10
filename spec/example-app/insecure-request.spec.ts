import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { type AppOn, appOn, PRODUCTION, visitorOf } from './visitor'

/* Production behind a proxy that hides https from the app. */

let xmpp: BoshServer
let on: AppOn

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, registration: 'open' })
})

const start = (env = {}) => {
  on = appOn(xmpp, { ...PRODUCTION, XMPP_REGISTRATION: 'on', ...env })
}

beforeEach(() => start())
afterEach(() => on.app.close())
afterAll(() => xmpp.close())

/** Returns the messages of the log that name the cause. */
const causes = () => on.logged.map(({ message }) => String(message)).filter(text => text.includes('no visitor can'))

test('every form is a 500 page with the id of a line in the log when X-Forwarded-Proto is missing', async () => {
  const visitor = visitorOf(on.app)
  const answers = [
    await visitor.get('/login'),
    await visitor.get('/register'),
    await visitor.post('/login').type('form').send({ username: 'user1', password: 'user1' }),
    await visitor.post('/logout').type('form').send({}),
  ]
  expect(answers.map(({ status }) => status)).toEqual([500, 500, 500, 303])
  for (const { text } of answers.slice(0, 3)) {
    expect(text).toContain('This is not your fault.')
    expect(text).not.toMatch(/Forwarded|TRUST_PROXY|127\.0\.0\.1|no longer valid/)
    const id = /<code>([^<]+)<\/code>/.exec(text)?.[1]
    expect(on.logged).toContainEqual(
      expect.objectContaining({ level: 'error', status: 500, req: expect.objectContaining({ id }) }),
    )
  }
  const { status, body } = await visitor.get('/api/csrf')
  expect([status, body.code]).toEqual([500, 'internal-error'])
})

test('the log names the cause once when X-Forwarded-Proto is missing', async () => {
  for (const path of ['/login', '/register', '/login']) await visitorOf(on.app).get(path)
  expect(causes()).toEqual([expect.stringMatching(/127\.0\.0\.1 sent a request without X-Forwarded-Proto/)])
})

test('the log does not say that no visitor can sign in when another one came by https', async () => {
  await visitorOf(on.app).get('/login').set('X-Forwarded-Proto', 'https').expect(200)
  await visitorOf(on.app).get('/login').set('X-Forwarded-Proto', 'http').expect(500)
  expect(causes()).toEqual([])
  expect(on.logged).toContainEqual(
    expect.objectContaining({
      message: expect.stringMatching(/^a visitor cannot sign in, .* X-Forwarded-Proto: "http"/),
    }),
  )
})

test('the log quotes the header when the proxy says http', async () => {
  await visitorOf(on.app)
    .get('/login')
    .set('X-Forwarded-Proto', `http${'x'.repeat(100)}`)
  expect(causes()).toEqual([expect.stringMatching(/X-Forwarded-Proto: "httpx{36}"\. Make the proxy/)])
})

test('the log names TRUST_PROXY when the proxy says https and is not trusted', async () => {
  await on.app.close()
  start({ TRUST_PROXY: '10.0.0.1' })
  await visitorOf(on.app).get('/login').set('X-Forwarded-Proto', 'https').expect(500)
  expect(causes()).toEqual([expect.stringMatching(/sent X-Forwarded-Proto: "https", but TRUST_PROXY does not trust/)])
})

test('pages and probes without a form stay as they are, and the log names no cause', async () => {
  for (const path of ['/', '/healthz', '/readyz', '/style.css', '/docs']) await visitorOf(on.app).get(path).expect(200)
  expect(causes()).toEqual([])
})

test('forms work, and the log names no cause, when the proxy says https', async () => {
  await visitorOf(on.app).get('/login').set('X-Forwarded-Proto', 'https').expect(200)
  expect(causes()).toEqual([])
})
