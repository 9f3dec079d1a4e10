import { once } from 'node:events'
import { request } from 'node:http'
import type { AddressInfo } from 'node:net'
import type session from 'express-session'
import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import type { Stores } from '../../login-site/stores/stores'
import { appOn, noticeIn, sessionIn, signIn, tokenIn, type Visitor, visitorOf } from './visitor'

const HOUR_MS = 60 * 60 * 1000
const OVER = 'Your session has ended. Please sign in again.'

let xmpp: BoshServer
let app: App
let stores: Stores
let visitor: Visitor
let cookie: string | undefined

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1', user2: 'user2' } })
})

beforeEach(async () => {
  jest.useFakeTimers({
    now: Date.UTC(2030, 0, 1),
    doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'],
  })
  ;({ app, stores } = appOn(xmpp))
  visitor = visitorOf(app)
  cookie = sessionIn(await signIn(visitor, 'user1', 'user1'))
})

afterEach(async () => {
  await app.close()
  jest.useRealTimers()
})
afterAll(() => xmpp.close())

// Sends the cookie in any case, even if a browser would have dropped it.
const get = (path: string) => visitorOf(app).get(path).set('Cookie', `session=${cookie}`)
const later = (hours: number) => jest.setSystemTime(Date.now() + hours * HOUR_MS)

test('the start page shows the time of the login', async () => {
  later(1)
  expect((await get('/')).text).toContain('<time datetime="2030-01-01T00:00:00.000Z">1 Jan 2030, 00:00 UTC</time>')
})

test('the session store keeps the login, and no secret', async () => {
  const stored = await new Promise<session.SessionData | null | undefined>((resolve, reject) => {
    const [id = ''] = decodeURIComponent(cookie ?? '')
      .slice(2)
      .split('.')
    stores.sessions.get(id, (error, found) => (error ? reject(error) : resolve(found)))
  })
  expect(stored?.login).toEqual({
    mechanism: 'SCRAM-SHA-512',
    since: Date.UTC(2030, 0, 1),
    generation: 0,
    browser: '',
    address: '127.0.0.1',
    stay: false,
  })
})

test('a session in use ends after a day', async () => {
  for (let hours = 7; hours < 24; hours += 7) {
    later(7)
    expect((await get('/')).text).toContain('hello user1')
  }
  later(4)
  expect((await get('/')).text).toContain('hello world')
})

test('a session ends after eight hours without a request, and its visitor is told', async () => {
  later(8.1)
  expect((await get('/')).text).toContain('hello world')
  const late = visitorOf(app)
  await late
    .get('/account')
    .set('Cookie', `session=${cookie}`)
    .expect(303)
    .expect('Location', '/login?returnTo=%2Faccount')
  const { text } = await late.get('/login?returnTo=%2Faccount')
  expect(noticeIn(text)).toBe(OVER)
})

test('a form is ignored when its session was revoked', async () => {
  const page = await get('/')
  await stores.revocations.revoke('user1@localhost')
  const answer = await visitorOf(app)
    .post('/logout')
    .set('Cookie', `session=${cookie}`)
    .type('form')
    .send({ _csrf: tokenIn(page.text) })
  expect(answer.headers['location']).toBe('/')
})

test('the notice of an ended session stays until the login page is opened', async () => {
  await stores.revocations.revoke('user1@localhost')
  expect((await visitor.get('/')).text).toContain('hello world')
  await visitor.get('/nothing-here')
  expect(noticeIn((await visitor.get('/login')).text)).toBe(OVER)
  expect(noticeIn((await visitor.get('/login')).text)).toBeUndefined()
})

test('the notice of an ended session is gone after the next login', async () => {
  await stores.revocations.revoke('user1@localhost')
  await visitor.get('/')
  await signIn(visitor, 'user2', 'user2')
  await stores.revocations.revoke('user2@localhost')
  expect((await visitor.get('/')).text).not.toContain('user1')
})

test('the session stays ended when the visitor signs out and a slow request saves it again', async () => {
  const { text } = await get('/account')
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const body = String(new URLSearchParams({ _csrf: tokenIn(text), password: 'a wrong one' }))
  const slow = request({
    port: (server.address() as AddressInfo).port,
    method: 'POST',
    path: '/account/sign-out-everywhere',
    headers: {
      Cookie: `session=${cookie}; csrf=${tokenIn(text)}`,
      'Content-Type': 'application/x-www-form-urlencoded',
      'Content-Length': body.length,
    },
  })
  const load = stores.sessions.get.bind(stores.sessions)
  const loaded = new Promise<void>(resolve => {
    jest.spyOn(stores.sessions, 'get').mockImplementationOnce((sid, done) =>
      load(sid, (...session) => {
        done(...session)
        resolve()
      }),
    )
  })
  slow.write(body.slice(0, 5))
  await loaded
  await visitorOf(app)
    .post('/logout')
    .set('Cookie', `session=${cookie}; csrf=${tokenIn(text)}`)
    .type('form')
    .send({ _csrf: tokenIn(text) })
    .expect('Location', '/')
  slow.end(body.slice(5))
  const [answer] = await once(slow, 'response')
  answer.resume()
  await once(answer, 'end')
  server.close()

  expect(answer.statusCode).toBe(303)
  expect((await get('/')).text).toContain('hello world')
})

test('a revocation ends the sessions of one account alone', async () => {
  const other = visitorOf(app)
  await signIn(other, 'user2', 'user2')
  await stores.revocations.revoke('user1@localhost')
  expect((await other.get('/')).text).toContain('hello user2')
  expect((await visitor.get('/')).text).toContain('hello world')
})

test('a session without its login data ends', async () => {
  await new Promise<void>((resolve, reject) => {
    stores.sessions.all?.((error, sessions) => {
      const [[id, session] = []] = Object.entries(sessions ?? {}).filter(([, { login }]) => login)
      if (error || id === undefined || !session) return reject(error ?? new Error('no session'))
      const { login: _, ...rest } = session
      stores.sessions.set(id, rest as typeof session, failed => (failed ? reject(failed) : resolve()))
    })
  })
  expect((await get('/')).text).toContain('hello world')
})
