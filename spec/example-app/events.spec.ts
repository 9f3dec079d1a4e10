import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { EVENTS, OWN_OUTCOMES, UNUSABLE } from '../../login-site/operation/events'
import { StoreError } from '../../login-site/stores/store-error'
import { type AppOn, appOn, eventsIn, send, signIn, tokenIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let on: AppOn
let visitor: Visitor

beforeEach(async () => {
  xmpp = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: 'user1', user2: 'user2' },
    registration: 'open',
  })
  on = appOn(xmpp, { TRUST_PROXY: 'loopback', XMPP_REGISTRATION: 'on' })
  visitor = at('192.0.2.1')
})

afterEach(async () => {
  await on.app.close()
  await xmpp.close()
})

const at = (address: string): Visitor => visitorOf(on.app).set('X-Forwarded-For', address)

/** Returns the events so far, each as its name, outcome and user. */
const events = () => eventsIn(on.logged).map(({ event, outcome, user }) => [event, outcome, user])

/** Returns the CSRF token of the API. */
const tokenOf = async (of: Visitor): Promise<string> => (await of.get('/api/csrf')).body.token

test('an event has the level, the address, the duration, the message and the id of its request line', async () => {
  await signIn(visitor, 'USER1', 'a wrong one')
  const requests = on.logged.filter(({ message }) => message === 'request')
  expect(eventsIn(on.logged)).toEqual([
    {
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      event: 'login-refused',
      address: '192.0.2.1',
      outcome: 'invalid-credentials',
      user: 'user1@localhost',
      ms: expect.any(Number),
      id: (requests.at(-1)?.['req'] as { id: string } | undefined)?.id,
      message: EVENTS['login-refused'][1],
    },
  ])
})

test('the pages log each event when a visitor uses them', async () => {
  await signIn(visitor, 'user1', 'a wrong one')
  await signIn(visitor, 'user1', 'user1')
  await send(visitor, '/account', '/account/password', { password: 'a wrong one', newPassword: 'x' })
  await send(visitor, '/account', '/account/password', { password: 'user1', newPassword: 'a new one' })
  await send(visitor, '/', '/logout', {})
  await signIn(visitor, 'user1', 'a new one')
  await send(visitor, '/account', '/account/sign-out-everywhere', { password: 'a wrong one' })
  await send(visitor, '/account', '/account/sign-out-everywhere', { password: 'a new one' })
  await signIn(visitor, 'user1', 'a new one')
  await send(visitor, '/account', '/account/delete', { password: 'a wrong one' })
  await send(visitor, '/account', '/account/delete', { password: 'a new one' })
  await send(visitor, '/register', '/register', { username: 'user2', password: 'a good one' })
  await send(visitor, '/register', '/register', { username: 'New', password: 'a good one' })
  const refused = 'invalid-credentials'
  expect(events()).toEqual([
    ['login-refused', refused, 'user1@localhost'],
    ['login', 'ok', 'user1@localhost'],
    ['password-refused', refused, 'user1@localhost'],
    ['password-changed', 'ok', 'user1@localhost'],
    ['signed-out', 'ok', 'user1@localhost'],
    ['login', 'ok', 'user1@localhost'],
    ['sign-out-refused', refused, 'user1@localhost'],
    ['signed-out-everywhere', 'ok', 'user1@localhost'],
    ['login', 'ok', 'user1@localhost'],
    ['removal-refused', refused, 'user1@localhost'],
    ['account-removed', 'ok', 'user1@localhost'],
    ['sign-up-refused', 'username-taken', 'user2@localhost'],
    ['sign-up', 'ok', 'new@localhost'],
    ['login', 'ok', 'new@localhost'],
  ])
})

test('the API logs the same events when a program uses it', async () => {
  const call = async (method: 'post' | 'delete', path: string, body: object) => {
    const token = await tokenOf(visitor)
    await visitor[method](`/api${path}`).set('X-CSRF-Token', token).send(body)
  }
  await call('post', '/login', { username: 'user1', password: 'a wrong one' })
  await call('post', '/login', { username: 'user1', password: 'user1' })
  await call('post', '/account/password', { password: 'user1', newPassword: 'a new one' })
  await call('post', '/logout', {})
  await call('post', '/login', { username: 'user1', password: 'a new one' })
  await call('post', '/account/sign-out-everywhere', { password: 'a new one' })
  await call('post', '/login', { username: 'user1', password: 'a new one' })
  await call('delete', '/account', { password: 'a new one' })
  expect(events().map(([event]) => event)).toEqual([
    'login-refused',
    'login',
    'password-changed',
    'signed-out',
    'login',
    'signed-out-everywhere',
    'login',
    'account-removed',
  ])
})

test('an outage is an event with the code of the library and no refusal', async () => {
  xmpp.fault({ on: 'auth', reply: 'temporary-auth-failure' })
  await signIn(visitor, 'user1', 'user1')
  expect(events()).toEqual([['login-failed', 'ERR_XMPP_UNAVAILABLE', 'user1@localhost']])
})

test('a failed store is an event with the outcome store when it cannot be used', async () => {
  const page = await visitor.get('/login')
  on.stores.revocations.latest = () => Promise.reject(new StoreError('Redis: OOM'))
  const fields = { _csrf: tokenIn(page.text), username: 'user1', password: 'user1' }
  await visitor.post('/login').type('form').send(fields).expect(503)
  expect(events()).toEqual([['login-failed', 'store', 'user1@localhost']])
})

test('a lock-out is an event that names the limit and the account when it is used up', async () => {
  for (let n = 0; n < 11; n++) await signIn(visitor, 'user1', 'a wrong one')
  expect(events().slice(-2)).toEqual([
    ['login-refused', 'invalid-credentials', 'user1@localhost'],
    ['lock-out', 'account', 'user1@localhost'],
  ])
})

test.each([
  ['a line break and an event', 'x","address":"203.0.113.9"}\n{"event":"login-refused","address":"203.0.113.9"'],
  ['a direction character', 'user1\u202e'],
  ['a NUL', 'user1\0'],
  ['the name of another domain', 'my password is secret@elsewhere.example'],
  ['more than fits', `${'x'.repeat(65)}`],
  ['a line separator', 'user1\u2028user2'],
])('the log has "unusable" in place of a name with %s', async (_what, name) => {
  await signIn(visitor, name, 'a wrong one')
  expect(eventsIn(on.logged)).toEqual([expect.objectContaining({ address: '192.0.2.1', user: UNUSABLE })])
  expect(JSON.stringify(on.logged)).not.toMatch(/203\.0\.113|elsewhere|secret|xxxxx|\u202e/)
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['2001:db8::7', '2001:db8::7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['203.0.113.7:51234', '203.0.113.7'],
  ['203.0.113.7"', 'unknown'],
  ['no address', 'unknown'],
])('the log names the visitor of a proxy that sends %s as %s', async (sent, address) => {
  await signIn(at(sent), 'user1', 'a wrong one')
  expect(eventsIn(on.logged)).toEqual([expect.objectContaining({ address })])
})

test('no event holds a password, a token or a cookie', async () => {
  const page = await visitor.get('/login')
  const fields = { _csrf: tokenIn(page.text), username: 'user1', password: 'the password typed' }
  await visitor.post('/login').type('form').send(fields)
  await send(visitor, '/register', '/register', { username: 'user2', password: 'the password chosen' })
  const written = JSON.stringify(eventsIn(on.logged))
  expect(eventsIn(on.logged)).toHaveLength(2)
  for (const secret of [fields._csrf, 'the password', page.headers['set-cookie']?.[0]?.slice(8, 40)]) {
    expect(secret).toBeDefined()
    expect(written).not.toContain(secret)
  }
})

test('an outcome of the app differs from every code of the library', () => {
  for (const outcome of Object.keys(OWN_OUTCOMES)) expect(outcome).not.toMatch(/^ERR_|credentials|captcha/)
})
