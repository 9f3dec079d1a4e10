import type { SessionData } from 'express-session'
import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { openMemoryStores } from '../../login-site/stores/memory'
import type { Stores } from '../../login-site/stores/stores'
import {
  appOn,
  eventsIn,
  hiddenIn,
  type LogEntry,
  noticeIn,
  send,
  sessionIn,
  signIn,
  type Visitor,
  visitorOf,
} from './visitor'

const HOUR_MS = 60 * 60 * 1000
const DAY_S = 24 * 60 * 60
const BOUNDS = { overall: 6, perAccount: 3 }
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const BEFORE = 'This session had ended already.'

let xmpp: BoshServer
let app: App
let stores: Stores
let logged: LogEntry[]
let visitor: Visitor

beforeAll(async () => {
  const accounts = { user1: 'user1', user2: 'user2', user3: 'user3' }
  xmpp = await startBoshServer({ domain: 'localhost', accounts, registration: 'open' })
})
beforeEach(() => {
  jest.useFakeTimers({
    now: Date.UTC(2030, 0, 1),
    doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'queueMicrotask'],
  })
  ;({ app, stores, logged } = appOn(xmpp, {}, { stores: openMemoryStores(BOUNDS) }))
  visitor = visitorOf(app)
})
afterEach(async () => {
  await app.close()
  jest.useRealTimers()
})
afterAll(() => xmpp.close())

const later = (hours: number) => jest.setSystemTime(Date.now() + hours * HOUR_MS)

/** Signs a new visitor in. */
async function enter(user: string): Promise<Visitor> {
  const entered = visitorOf(app)
  expect((await signIn(entered, user, user)).headers['location']).toBe('/')
  return entered
}

const isSignedIn = async (of: Visitor, user: string) => (await of.get('/')).text.includes(`hello ${user}`)

/** Returns the handles on the account page, in their order. */
const handlesIn = (page: string) =>
  [...page.matchAll(/name="session" value="([^"]+)"/g)].map(([, handle = '']) => handle)

/** Presses a button of the list of sessions. */
async function end(of: Visitor, session: string) {
  const { text } = await of.get('/account?open=sessions')
  return of
    .post('/account/sessions/end')
    .type('form')
    .send({ ...hiddenIn(text), session })
}

test('sign-ins of one account end its own least recently used session, and none of other accounts', async () => {
  const other = await enter('user2')
  const own: Visitor[] = []
  for (let n = 0; n < BOUNDS.perAccount; n++) {
    own.push(await enter('user1'))
    later(0.1)
  }
  const [first, second] = own
  if (!first || !second) throw new Error('no sessions')
  expect(await isSignedIn(first, 'user1')).toBe(true)
  later(0.1)
  for (let n = 0; n < 2 * BOUNDS.overall; n++) own.push(await enter('user1'))
  expect(await isSignedIn(other, 'user2')).toBe(true)
  const states = await Promise.all(own.map(one => isSignedIn(one, 'user1')))
  expect(states.filter(Boolean)).toHaveLength(BOUNDS.perAccount)
  expect(states.slice(-BOUNDS.perAccount)).toEqual([true, true, true])
})

test('a session in use stays when another one of its account has to go', async () => {
  const own = [await enter('user1'), await enter('user1'), await enter('user1')]
  const [first, second] = own
  if (!first || !second) throw new Error('no sessions')
  later(0.1)
  expect(await isSignedIn(first, 'user1')).toBe(true)
  await enter('user1')
  expect(await isSignedIn(first, 'user1')).toBe(true)
  expect(await isSignedIn(second, 'user1')).toBe(false)
})

test('a full store drops a session of the account that has the most', async () => {
  const alone = await enter('user3')
  for (let n = 0; n < BOUNDS.perAccount; n++) await enter('user1')
  const pair = [await enter('user2'), await enter('user2')]
  const [newest] = [await enter('user2')]
  for (const [of, user] of [
    [alone, 'user3'],
    [newest, 'user2'],
  ] as const) {
    expect(await isSignedIn(of, user)).toBe(true)
  }
  expect(await Promise.all(pair.map(one => isSignedIn(one, 'user2')))).toEqual([true, true])
  expect(await stores.accountSessions.list('user1@localhost')).toHaveLength(BOUNDS.perAccount - 1)
})

test('signing out leaves nothing that counts for other sessions, however often it happens', async () => {
  const other = await enter('user2')
  for (let n = 0; n < 2 * BOUNDS.overall; n++) {
    await send(await enter('user1'), '/', '/logout', {})
  }
  expect(await stores.revocations.latest()).toBe(0)
  expect(await stores.accountSessions.list('user1@localhost')).toEqual([])
  expect(await isSignedIn(other, 'user2')).toBe(true)
})

test('a session that a slow request saves again after its end is not signed in', async () => {
  const one = await enter('user1')
  const [{ sid } = { sid: '' }] = await stores.accountSessions.list('user1@localhost')
  const held = await new Promise<SessionData>((resolve, reject) => {
    stores.sessions.get(sid, (failed, data) => (failed || !data ? reject(failed) : resolve(data)))
  })
  const [handle = ''] = await handlesOf(await enter('user1'))
  await end(await enter('user1'), handle)
  await new Promise<void>((resolve, reject) => {
    stores.sessions.set(sid, held, failed => (failed ? reject(failed) : resolve()))
  })
  expect(await isSignedIn(one, 'user1')).toBe(false)
})

const handlesOf = async (of: Visitor) => handlesIn((await of.get('/account')).text)

test('the account page lists the sessions with the browser of each, and without their ids', async () => {
  await signIn(visitor.set('User-Agent', FIREFOX), 'user1', 'user1')
  const unknown = await enter('user1')
  await enter('user2')
  const { text } = await unknown.get('/account')
  expect(text).toContain('Firefox, Linux')
  expect(text).toContain('Unknown browser')
  expect(text.match(/This browser/g)).toHaveLength(1)
  expect(handlesIn(text)).toHaveLength(1)
  const sessions = await stores.accountSessions.list('user1@localhost')
  expect(sessions).toHaveLength(2)
  for (const { sid } of sessions) expect(text).not.toContain(sid)
})

test('a visitor ends another session of the account, once, and the log has it', async () => {
  const other = await enter('user1')
  await signIn(visitor, 'user1', 'user1')
  const [handle = ''] = await handlesOf(visitor)
  expect((await end(visitor, handle)).headers['location']).toBe('/account?open=sessions')
  expect(noticeIn((await visitor.get('/account?open=sessions')).text)).toBe('The session has been ended.')
  expect(await isSignedIn(other, 'user1')).toBe(false)
  expect(await isSignedIn(visitor, 'user1')).toBe(true)

  await end(visitor, handle)
  expect(noticeIn((await visitor.get('/account')).text)).toBe(BEFORE)
  const ends = eventsIn(logged).filter(({ event }) => event === 'session-ended')
  expect(ends).toEqual([expect.objectContaining({ outcome: 'ok', user: 'user1@localhost', level: 'info' })])
})

test('a visitor cannot end a session of another account', async () => {
  const other = await enter('user2')
  await enter('user2')
  const [handle = ''] = await handlesOf(other)
  await signIn(visitor, 'user1', 'user1')
  await end(visitor, handle)
  expect(noticeIn((await visitor.get('/account')).text)).toBe(BEFORE)
  expect(await stores.accountSessions.list('user2@localhost')).toHaveLength(2)
})

test.each(['', 'nothing', '../..', 'x'.repeat(5_000)])('a handle that names no session ends none', async handle => {
  await enter('user1')
  await signIn(visitor, 'user1', 'user1')
  await end(visitor, handle)
  expect(noticeIn((await visitor.get('/account')).text)).toBe(BEFORE)
  expect(await stores.accountSessions.list('user1@localhost')).toHaveLength(2)
})

test('a visitor who ends the session of the request is signed out', async () => {
  await signIn(visitor, 'user1', 'user1')
  const [handle = ''] = await handlesOf(await enter('user1'))
  expect((await end(visitor, handle)).headers['location']).toBe('/')
  expect(await isSignedIn(visitor, 'user1')).toBe(false)
  expect(eventsIn(logged).at(-1)).toMatchObject({ event: 'signed-out' })
})

test('the form that ends a session is refused when its token is missing', async () => {
  await enter('user1')
  await signIn(visitor, 'user1', 'user1')
  const [session = ''] = await handlesOf(visitor)
  await visitor.post('/account/sessions/end').type('form').send({ session }).expect(403)
  expect(await stores.accountSessions.list('user1@localhost')).toHaveLength(2)
})

test('the list leaves out a session that was revoked', async () => {
  await enter('user1')
  await stores.revocations.revoke('user1@localhost')
  await signIn(visitor, 'user1', 'user1')
  expect(await handlesOf(visitor)).toEqual([])
})

describe('the lifetime of a session', () => {
  /** Signs in. Returns the seconds that the cookie is kept, and a page that was opened with it. */
  async function stayingFor(stay: Record<string, string>) {
    const { text } = await visitor.get('/login')
    const fields = { ...hiddenIn(text), username: 'user1', password: 'user1', ...stay }
    const answer = await visitor.post('/login').type('form').send(fields)
    const set = String(answer.headers['set-cookie'])
    const until = Date.parse(/session=[^;]+;[^,]*Expires=([^;]+)/i.exec(set)?.[1] ?? '')
    const cookie = `session=${sessionIn(answer)}`
    const isStill = async () => (await visitorOf(app).get('/').set('Cookie', cookie)).text.includes('hello user1')
    return { seconds: (until - Date.now()) / 1_000, isStill }
  }

  test('the session of a visitor who stays signed in lasts for two weeks without a request', async () => {
    const { seconds, isStill } = await stayingFor({ stay: 'on' })
    expect(seconds).toBe(30 * DAY_S)
    later(13.9 * 24)
    expect(await isStill()).toBe(true)
    later(14.1 * 24)
    expect(await isStill()).toBe(false)
  })

  test('the session of a visitor who stays signed in ends after thirty days in use', async () => {
    const { isStill } = await stayingFor({ stay: 'on' })
    for (let n = 0; n < 2; n++) {
      later(13 * 24)
      expect(await isStill()).toBe(true)
    }
    later(3.9 * 24)
    expect(await isStill()).toBe(true)
    later(0.2 * 24)
    expect(await isStill()).toBe(false)
  })

  test.each([[{}], [{ stay: '' }], [{ stay: 'off' }]])('other sessions last for a day: %j', async fields => {
    const { seconds, isStill } = await stayingFor(fields as Record<string, string>)
    expect(seconds).toBe(DAY_S)
    later(7.9)
    expect(await isStill()).toBe(true)
    later(8.1)
    expect(await isStill()).toBe(false)
  })
})
