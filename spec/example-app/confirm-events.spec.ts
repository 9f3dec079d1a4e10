import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { createMetrics } from '../../login-site/operation/metrics/metrics'
import {
  ACCOUNTS,
  ALICE,
  BOT,
  begin,
  CONFIRM,
  codeIn,
  finish,
  numberIn,
  otherThan,
  press,
  signInWithApp,
  told,
  waitAs,
  written,
} from './confirming'
import { type AppOn, appOn, eventsIn, signIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let on: AppOn
let visitor: Visitor

beforeEach(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: ACCOUNTS })
  xmpp.users.add(ALICE, { client: 'text' })
  on = appOn(xmpp, { ...CONFIRM, TRUST_PROXY: 'loopback' })
  visitor = visitorOf(on.app).set('X-Forwarded-For', '192.0.2.1')
})

afterEach(async () => {
  await on.app.close()
  await xmpp.close()
})

/** Returns the events so far, each as its name, outcome and user. */
const events = () => eventsIn(on.logged).map(({ event, outcome, user }) => [event, outcome, user])

test('a sign-in is an event with the account after the person has agreed', async () => {
  await signInWithApp(xmpp, visitor)
  expect(events()).toEqual([
    ['confirm-started', 'ok', undefined],
    ['confirm-granted', 'number', ALICE],
    ['login', 'ok', ALICE],
  ])
  expect(eventsIn(on.logged)[0]).toMatchObject({ address: '192.0.2.1', level: 'info', id: expect.any(String) })
})

test('a refusal, an end and a foreign domain are events without the account', async () => {
  const page = await waitAs(visitor, ALICE)
  xmpp.users.reply(ALICE, otherThan(numberIn(page)))
  await finish(visitor)
  await visitor.get('/login/xmpp/finish')
  await begin(visitor, 'bob@elsewhere.test')
  expect(events()).toEqual([
    ['confirm-started', 'ok', undefined],
    ['confirm-denied', 'confirm-denied', undefined],
    ['confirm-expired', 'confirm-expired', undefined],
    ['confirm-refused', 'domain-not-allowed', undefined],
  ])
  expect(written(on)).not.toMatch(/alice|bob|elsewhere/)
})

test('STOP is an event with the account, and without an address', async () => {
  await signInWithApp(xmpp, visitor)
  await told(xmpp, ALICE, 3)
  xmpp.users.send(ALICE, 'STOP', { to: BOT })
  await told(xmpp, ALICE, 4)
  expect(eventsIn(on.logged).at(-1)).toEqual({
    level: 'warn',
    time: expect.any(String),
    event: 'confirm-stopped',
    outcome: 'ok',
    user: ALICE,
    message: expect.any(String),
  })
})

test('a limit that is used up is an event', async () => {
  for (let n = 0; n < 101; n++) await begin(visitor, `user${n}`)
  expect(events().at(-1)).toEqual(['lock-out', 'confirm', undefined])
})

test('no line holds a number, a code or the id of a request', async () => {
  const page = await waitAs(visitor, ALICE, { returnTo: '/account' })
  const { text } = await visitor.get('/login/xmpp/wait')
  xmpp.users.reply(ALICE, numberIn(page))
  await finish(visitor)
  const lines = written(on)
  expect(lines).toContain('"path":"/login/xmpp/wait"')
  expect(lines).not.toContain(codeIn(text))
  expect(lines).not.toContain(codeIn(text).replace('-', ''))
  for (const entry of eventsIn(on.logged)) expect(Object.values(entry)).not.toContain(numberIn(page))
})

test('the log says that the account is online, or why it is not', async () => {
  await waitAs(visitor, ALICE)
  expect(on.logged).toContainEqual(expect.objectContaining({ state: 'online', level: 'info' }))
  const wrong = appOn(xmpp, { ...CONFIRM, XMPP_CONFIRM_PASSWORD: 'a wrong one' })
  const failed = await begin(visitorOf(wrong.app), ALICE)
  expect(failed.status).toBe(500)
  expect(eventsIn(wrong.logged)).toEqual([
    expect.objectContaining({ event: 'confirm-failed', outcome: 'ERR_XMPP_ACCOUNT' }),
  ])
  expect(wrong.logged).toContainEqual(
    expect.objectContaining({ state: 'refused', level: 'error', code: 'ERR_XMPP_ACCOUNT' }),
  )
  expect(written(wrong)).not.toContain('a wrong one')
  await signIn(visitorOf(wrong.app), 'alice', ACCOUNTS.alice).then(({ status }) => expect(status).toBe(303))
  await wrong.app.close()
})

test('the metrics count requests to XMPP apps, and tell whether the account is online', async () => {
  const metrics = createMetrics()
  const counted = appOn(xmpp, CONFIRM, { metrics })
  await signInWithApp(xmpp, visitorOf(counted.app))
  const text = await metrics.text(counted.app.xmpp, counted.app.isAccountOnline)
  expect(text).toContain('app_events_total{event="confirm-started",outcome="ok"} 1')
  expect(text).toContain('app_events_total{event="confirm-granted",outcome="number"} 1')
  expect(text).toContain('xmpp_account_online 1')
  expect(text).toContain('route="/login/xmpp/wait"')
  await counted.app.close()
  expect(await metrics.text(counted.app.xmpp, counted.app.isAccountOnline)).toContain('xmpp_account_online 0')
  metrics.close()
})

test('a form that failed leads back to the login page, and can be sent again', async () => {
  const offline = appOn(xmpp, CONFIRM)
  const other = visitorOf(offline.app)
  const { text } = await other.get('/login')
  const { confirmations } = offline.stores
  const add = confirmations.add.bind(confirmations)
  confirmations.add = () => Promise.reject(new Error('the store is gone'))
  const failed = await press(other, text, '/login/xmpp', { jid: ALICE, returnTo: '/account' })
  expect(failed.status).toBe(500)
  expect(failed.text).toContain('href="/login?returnTo=%2Faccount"')
  confirmations.add = add
  await press(other, text, '/login/xmpp', { jid: ALICE, returnTo: '/account' }).expect('location', '/login/xmpp/wait')
  await offline.app.close()
})
