import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { ACCOUNTS, accountOf, begin, CONFIRM, signInWithApp } from './confirming'
import { type AppOn, appOn, hiddenIn, noticeIn, send, signIn, type Visitor, visitorOf } from './visitor'

/* Accounts of other servers, and those of the app's own server that did not sign in by their password. */

const FOREIGN = 'alice@elsewhere.test'

let xmpp: BoshServer
let on: AppOn
let visitor: Visitor

beforeEach(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: ACCOUNTS, registration: 'open' })
  on = appOn(xmpp, { ...CONFIRM, XMPP_CONFIRM_ALLOW: '*', XMPP_REGISTRATION: 'on' })
  visitor = visitorOf(on.app)
  xmpp.users.add(FOREIGN, { client: 'gajim' })
  await signInWithApp(xmpp, visitor, FOREIGN)
})

afterEach(async () => {
  await on.app.close()
  await xmpp.close()
})

test('an account of another server signs in under its whole address', async () => {
  expect((await visitor.get('/api/me').expect(200)).body).toMatchObject({ jid: FOREIGN, domain: 'elsewhere.test' })
  const { text } = await visitor.get('/')
  expect(text).toContain(`<bdi dir="ltr">${FOREIGN}</bdi>`)
  expect(text).toMatch(/<h1>hello \P{L}*alice@elsewhere\.test/u)
  expect(text).toContain(`<bdi>${FOREIGN}</bdi>`)
})

test('the login page shows no domain beside the field when all may sign in', async () => {
  const { text } = await visitorOf(on.app).get('/login')
  expect(text.slice(text.indexOf('action="/login/xmpp"'))).not.toContain('class="domain"')
})

test('the account page of another server has no form for the password, and none that deletes the account', async () => {
  const { text } = await visitor.get('/account').expect(200)
  expect(text).not.toMatch(/id="password"|type="password"|\/account\/delete/)
  for (const path of ['/account/delete', '/account/delete/confirm']) await visitor.get(path).expect(404)
})

test.each([
  ['/account/password', { password: ACCOUNTS.alice, newPassword: 'taken over' }],
  ['/account/delete', { password: ACCOUNTS.alice }],
])('%s refuses an account of another server, and leaves that of the same name here as it is', async (path, fields) => {
  // The page has no such form: its fields are those of another one.
  const hidden = hiddenIn((await visitor.get('/account')).text, '/account/sign-out-everywhere')
  await visitor
    .post(path)
    .type('form')
    .send({ ...hidden, ...fields })
  expect(xmpp.accounts.has('alice')).toBe(true)
  await signIn(visitorOf(on.app), 'alice', ACCOUNTS.alice).then(({ headers }) => expect(headers['location']).toBe('/'))
})

test('the API refuses to change an account of another server', async () => {
  const { token } = (await visitor.get('/api/csrf')).body
  const body = { password: ACCOUNTS.alice, newPassword: 'taken over' }
  const refused = await visitor.post('/api/account/password').set('X-CSRF-Token', token).send(body).expect(403)
  expect(refused.body.code).toBe('registration-closed')
  await visitor.delete('/api/account').set('X-CSRF-Token', token).send(body).expect(403)
  expect(xmpp.accounts.has('alice')).toBe(true)
})

test('signing out everywhere takes no password of another server', async () => {
  const other = visitorOf(on.app)
  await signInWithApp(xmpp, other, FOREIGN)
  await send(visitor, '/account', '/account/sign-out-everywhere', {})
  expect(noticeIn((await visitor.get('/login')).text)).toBe('You are signed out everywhere.')
  expect(await accountOf(other)).toBeUndefined()
})

test('an account of the own server that signed in with its app still needs its password for a change', async () => {
  const own = visitorOf(on.app)
  xmpp.users.add('alice@localhost', { client: 'text' })
  await signInWithApp(xmpp, own)
  await send(own, '/account', '/account/sign-out-everywhere', {})
  expect(noticeIn((await own.get('/account')).text)).toBe('Please fill in all required fields.')
  await send(own, '/account', '/account/password', { password: 'a wrong one', newPassword: 'another one' })
  expect(noticeIn((await own.get('/account')).text)).toBe('That is not your password.')
  expect(await accountOf(own)).toBe('alice@localhost')
})

test('a session of a domain that may not sign in any more is not restored', async () => {
  const secret = { SESSION_SECRET: 'a secret of the specs, long enough' }
  const [wide, narrow] = ['*', 'localhost'].map(allow =>
    appOn(xmpp, { ...CONFIRM, ...secret, XMPP_CONFIRM_ALLOW: allow }, { stores: on.stores }),
  ) as [AppOn, AppOn]
  const before = visitorOf(wide.app)
  await signInWithApp(xmpp, before, FOREIGN)
  const cookies = (await before.get('/')).request.cookies
  expect(await accountOf(visitorOf(wide.app).set('Cookie', cookies))).toBe(FOREIGN)
  expect(await accountOf(visitorOf(narrow.app).set('Cookie', cookies))).toBeUndefined()
  await wide.app.close()
  await narrow.app.close()
})

test('a domain of the list may sign in, and no other', async () => {
  const listed = appOn(xmpp, { ...CONFIRM, XMPP_CONFIRM_ALLOW: 'elsewhere.test' })
  const outside = visitorOf(listed.app)
  expect((await begin(outside, 'alice@third.test')).headers['location']).toBe('/login')
  await signInWithApp(xmpp, outside, FOREIGN)
  expect(await accountOf(outside)).toBe(FOREIGN)
  await listed.app.close()
})
