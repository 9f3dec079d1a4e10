import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { appOn, send, signIn, tokenIn, type Visitor, visitorOf } from './visitor'

const MAX_FOR_ACCOUNT = 10
const MAX_FOR_ADDRESS = 100
const MAX_SIGN_UPS = 60
const WINDOW_S = 15 * 60

let xmpp: BoshServer
let app: App

beforeAll(async () => {
  xmpp = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: 'user1', user2: 'user2' },
    registration: 'open',
  })
})

beforeEach(() => {
  app = appOn(xmpp, { TRUST_PROXY: 'loopback', XMPP_REGISTRATION: 'on' }).app
})

afterEach(() => app.close())
afterAll(() => xmpp.close())

/** Returns a visitor at an address. */
const at = (address: string): Visitor => visitorOf(app).set('X-Forwarded-For', address)

/** Sends the login form once for each name, all at once, in one session. Returns the statuses of the answers. */
async function attempts(visitor: Visitor, usernames: readonly string[], password = 'a wrong one'): Promise<number[]> {
  const { text } = await visitor.get('/login')
  const _csrf = tokenIn(text)
  const answers = usernames.map(username => visitor.post('/login').type('form').send({ _csrf, username, password }))
  return (await Promise.all(answers)).map(({ status }) => status)
}

const times = <T>(count: number, value: T): T[] => Array(count).fill(value)

test('a login gets 429 with the time to wait, without asking the server, after ten wrong passwords', async () => {
  const visitor = at('192.0.2.1')
  expect(await attempts(visitor, times(MAX_FOR_ACCOUNT, 'user1'))).toEqual(times(MAX_FOR_ACCOUNT, 303))
  xmpp.reset()
  const answer = await signIn(visitor, 'user1', 'user1')
  expect(answer.status).toBe(429)
  const wait = Number(answer.headers['retry-after'])
  expect(wait).toBeGreaterThan(WINDOW_S - 60)
  expect(wait).toBeLessThanOrEqual(WINDOW_S)
  expect(answer.text).toContain(`Please wait ${Math.ceil(wait / 60)} minutes and try again.`)
  expect(xmpp.requests).toEqual([])
})

test('a wrong password of a signed-in visitor counts for the account that was tried', async () => {
  const visitor = at('192.0.2.1')
  await signIn(visitor, 'user2', 'user2')
  const token = tokenIn((await visitor.get('/account')).text)
  const guesses = times(MAX_FOR_ACCOUNT, { username: 'user1', password: 'a wrong one' })
  await Promise.all(guesses.map(guess => visitor.post('/api/login').set('X-CSRF-Token', token).send(guess).expect(401)))

  expect((await signIn(at('192.0.2.1'), 'user1', 'user1')).status).toBe(429)
  const own = await send(visitor, '/account', '/account/sign-out-everywhere', { password: 'user2', username: 'user1' })
  expect(own.headers['location']).toBe('/login')
})

test('an attacker locks out neither the account at other addresses nor other accounts at the address', async () => {
  const attacker = at('192.0.2.1')
  await attempts(attacker, times(MAX_FOR_ACCOUNT, 'user1'))
  expect((await signIn(attacker, 'user1', 'user1')).status).toBe(429)
  expect((await signIn(at('192.0.2.2'), 'user1', 'user1')).headers['location']).toBe('/')
  expect((await signIn(at('192.0.2.1'), 'user2', 'user2')).headers['location']).toBe('/')
})

test('other spellings of a name and other sessions count for the same account', async () => {
  const spellings = [
    'user1',
    'USER1',
    ' user1 ',
    'user1@localhost',
    'ｕｓｅｒ１',
    'User1@LOCALHOST',
    'us\u00ader1',
    'user1@localhost.',
  ]
  const statuses = await Promise.all(
    [...spellings, 'user1', 'user1'].map(async name => (await signIn(at('192.0.2.1'), name, 'x')).status),
  )
  expect(statuses).toEqual(times(MAX_FOR_ACCOUNT, 303))
  for (const name of spellings) expect((await signIn(at('192.0.2.1'), name, 'user1')).status).toBe(429)
})

test('another letter makes another account, and names of other domains count together', async () => {
  const statuses = await Promise.all(
    times(MAX_FOR_ACCOUNT, 'm\u0131ss\u0131').map(async name => (await signIn(at('192.0.2.1'), name, 'x')).status),
  )
  expect(statuses).toEqual(times(MAX_FOR_ACCOUNT, 303))
  expect((await signIn(at('192.0.2.1'), 'M\u0131SS\u0131@localhost', 'x')).status).toBe(429)
  expect((await signIn(at('192.0.2.1'), 'missi', 'x')).status).toBe(303)
  expect((await signIn(at('192.0.2.1'), 'missi@a.example', 'x')).status).toBe(303)
})

test('right passwords are not counted', async () => {
  for (let n = 0; n < MAX_FOR_ACCOUNT + 2; n++) {
    expect((await signIn(at('192.0.2.1'), 'user1', 'user1')).headers['location']).toBe('/')
  }
})

test('an outage does not count as an attempt', async () => {
  const visitor = at('192.0.2.1')
  xmpp.fault({ on: 'auth', reply: 'temporary-auth-failure', times: MAX_FOR_ACCOUNT })
  expect(await attempts(visitor, times(MAX_FOR_ACCOUNT, 'user1'))).toEqual(times(MAX_FOR_ACCOUNT, 503))
  expect((await signIn(visitor, 'user1', 'user1')).headers['location']).toBe('/')
})

test('an address gets 429 after a hundred wrong passwords for any accounts, and other addresses do not', async () => {
  const names = Array.from({ length: MAX_FOR_ADDRESS }, (_, n) => `unknown${n}`)
  expect(await attempts(at('192.0.2.1'), names)).toEqual(times(MAX_FOR_ADDRESS, 303))
  expect((await signIn(at('192.0.2.1'), 'user1', 'user1')).status).toBe(429)
  expect((await signIn(at('192.0.2.2'), 'user1', 'user1')).headers['location']).toBe('/')
})

test('an IPv6 network counts as one address', async () => {
  await attempts(at('2001:db8:0:1::1'), times(MAX_FOR_ACCOUNT, 'user1'))
  expect((await signIn(at('2001:db8:0:1::2'), 'user1', 'user1')).status).toBe(429)
  expect((await signIn(at('2001:db8:1:1::1'), 'user1', 'user1')).headers['location']).toBe('/')
})

test('the address is taken from the proxy and not from the visitor', async () => {
  await attempts(at('198.51.100.1, 192.0.2.1'), times(MAX_FOR_ACCOUNT, 'user1'))
  expect((await signIn(at('198.51.100.2, 192.0.2.1'), 'user1', 'user1')).status).toBe(429)
})

test('the account page and the login page count together, whichever name the form sends', async () => {
  const visitor = at('192.0.2.1')
  await signIn(visitor, 'user1', 'user1')
  const forms = ['password', 'sign-out-everywhere', 'delete']
  for (let n = 0; n < MAX_FOR_ACCOUNT; n++) {
    const wrong = { password: 'a wrong one', newPassword: 'another', username: `another${n}` }
    expect((await send(visitor, '/account', `/account/${forms[n % 3]}`, wrong)).status).toBe(303)
  }
  for (const form of forms) {
    expect((await send(visitor, '/account', `/account/${form}`, { password: 'user1' })).status).toBe(429)
  }
  expect((await signIn(at('192.0.2.1'), 'user1', 'user1')).status).toBe(429)
  expect((await visitor.get('/')).text).toContain('hello user1')
})

test('an address gets 429 after sixty sign-up forms, and other addresses do not', async () => {
  const visitor = at('192.0.2.1')
  for (let n = 0; n < MAX_SIGN_UPS / 2; n++) {
    expect(
      (await send(visitor, '/register', '/register', { username: 'user1', password: 'a good one', ocr: 'x' })).status,
    ).toBe(303)
  }
  xmpp.reset()
  const answer = await visitor.get('/register').expect(429)
  expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0)
  expect(answer.text).toContain('Too many attempts')
  expect(xmpp.requests).toEqual([])
  await at('192.0.2.2').get('/register').expect(200)
})
