import { generateKeyPairSync } from 'node:crypto'
import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { signedJwt } from '../fixtures/jws'
import { ApiClient } from './api-client'
import { appOn, eventsIn, type LogEntry, noticeIn, send, signIn, type Visitor, visitorOf } from './visitor'

/* The password of user1 is a token in most of these specs, so that the server would accept it. */

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' })
const TOKEN = signedJwt('ES384', privateKey, { jid: 'user1@localhost', exp: 1 })
const ON = { XMPP_CHAT_TOKENS: 'on', XMPP_REGISTRATION: 'on' }

let xmpp: BoshServer
let app: App
let logged: LogEntry[]
let visitor: Visitor

beforeAll(async () => {
  xmpp = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: TOKEN, user2: 'a.b.c' },
    registration: 'open',
  })
})
beforeEach(() => {
  xmpp.reset()
  ;({ app, logged } = appOn(xmpp, ON))
  visitor = visitorOf(app)
})
afterEach(() => app.close())
afterAll(() => xmpp.close())

const isSignedIn = async (visitor: Visitor) => !(await visitor.get('/')).text.includes('hello world')
const outcomes = () => eventsIn(logged).map(({ event, outcome }) => `${event} ${outcome}`)

/** Signs in with a password, and then makes the token the password of the account. */
async function signedIn(): Promise<void> {
  xmpp.accounts.changePassword('user1', 'user1')
  await signIn(visitor, 'user1', 'user1')
  xmpp.accounts.changePassword('user1', TOKEN)
  expect(await isSignedIn(visitor)).toBe(true)
}

/** Runs `work`. Returns the number of requests to the XMPP server. */
async function asked(work: () => Promise<unknown>): Promise<number> {
  const before = xmpp.requests.length
  await work()
  return xmpp.requests.length - before
}

test('a token signs in while XMPP_CHAT_TOKENS is off: the server alone decides', async () => {
  const { app: open } = appOn(xmpp)
  const other = visitorOf(open)
  await signIn(other, 'user1', TOKEN)
  expect(await isSignedIn(other)).toBe(true)
  await open.close()
})

test('the login page refuses a token as a wrong password, and does not show it to the server', async () => {
  const answers: unknown[] = []
  expect(
    await asked(async () => {
      const { status, headers } = await signIn(visitor, 'user1', TOKEN)
      answers.push([status, headers['location'], noticeIn((await visitor.get('/login')).text)])
    }),
  ).toBe(0)
  const { status, headers } = await signIn(visitor, 'user1', 'wrong')
  answers.push([status, headers['location'], noticeIn((await visitor.get('/login')).text)])

  expect(answers[0]).toEqual(answers[1])
  expect(await isSignedIn(visitor)).toBe(false)
  expect(outcomes()).toEqual(['login-refused invalid-credentials', 'login-refused invalid-credentials'])
  expect(JSON.stringify(logged)).not.toContain(TOKEN.slice(0, 20))
})

test('a password with two dots still signs in', async () => {
  await signIn(visitor, 'user2', 'a.b.c')
  expect(await isSignedIn(visitor)).toBe(true)
})

test('a token in another spelling is refused as well', async () => {
  for (const spelling of [` ${TOKEN} `, TOKEN.replaceAll('.', '．'), [...TOKEN].join('\u00ad')]) {
    expect(await asked(() => signIn(visitor, 'user1', spelling))).toBe(0)
  }
  expect(await isSignedIn(visitor)).toBe(false)
})

test('tokens count as wrong passwords: the eleventh from one address for one account is a lock-out', async () => {
  for (let n = 0; n < 10; n++) await signIn(visitor, 'user1', TOKEN)
  expect(await asked(() => signIn(visitor, 'user1', TOKEN))).toBe(0)

  expect(outcomes().at(-1)).toBe('lock-out account')
})

test('the API refuses a token as a wrong password', async () => {
  const api = new ApiClient(app)
  let token: unknown
  expect(await asked(async () => (token = (await api.login('user1', TOKEN)).body))).toBe(0)
  const wrong = (await api.login('user1', 'wrong')).body

  expect(token).toEqual(wrong)
  expect(token).toMatchObject({ status: 401, code: 'invalid-credentials' })
})

test.each([
  ['/account', '/account/password', { newPassword: 'user1-changed' }],
  ['/account', '/account/sign-out-everywhere', {}],
  ['/account/delete/confirm', '/account/delete', {}],
])('the form of %s that is sent to %s refuses a token as the current password', async (page, action, more) => {
  await signedIn()
  expect(await asked(() => send(visitor, page, action, { password: TOKEN, ...more }))).toBe(0)

  expect(xmpp.accounts.has('user1')).toBe(true)
  expect(await isSignedIn(visitor)).toBe(true)
  expect(outcomes().at(-1)).toMatch(/-refused invalid-credentials$/)
})

test('the sign-in after a sign-up refuses a token, and the account exists', async () => {
  await send(visitor, '/register', '/register', { username: 'user3', password: TOKEN })

  expect(xmpp.accounts.has('user3')).toBe(true)
  expect(await isSignedIn(visitor)).toBe(false)
})
