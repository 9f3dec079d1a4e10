import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { appOn, sessionIn, signIn, tokenIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let app: App
let visitor: Visitor

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1', zoë: 'pä$$wörd €😀' } })
})

beforeEach(() => {
  app = appOn(xmpp).app
  visitor = visitorOf(app)
})

afterEach(() => app.close())
afterAll(() => xmpp.close())

test('the start page says "hello world", links to the login page and begins no session when the visitor is new', async () => {
  const home = await visitor.get('/').expect(200)
  expect(home.text).toContain('<h1>hello world</h1>')
  expect(home.text).toContain('href="/login"')
  expect(home.headers).not.toHaveProperty('set-cookie')
})

test('the login page has labels and the hints for password managers and phones', async () => {
  const { text } = await visitor.get('/login').expect(200)
  expect(text).toContain('<label for="username">')
  expect(text).toContain('<label for="password">')
  const [name, password] = ['username', 'password'].map(id => new RegExp(`<input id="${id}"[^>]*>`).exec(text)?.[0])
  for (const attribute of [
    'autocomplete="username"',
    'inputmode="email"',
    'autocapitalize="none"',
    'autocorrect="off"',
    'spellcheck="false"',
  ]) {
    expect(name).toContain(attribute)
  }
  expect(password).toContain('type="password"')
  expect(password).toContain('autocomplete="current-password"')
  expect(text).toContain('name="viewport" content="width=device-width, initial-scale=1"')
  expect(text).not.toContain('role="alert"')
})

test('the start page says "hello user1" after a login with the right password', async () => {
  const answer = await signIn(visitor, 'user1', 'user1')
  expect(answer.status).toBe(303)
  expect(answer.headers['location']).toBe('/')
  const home = await visitor.get('/').expect(200)
  expect(home.text).toContain('<h1>hello user1</h1>')
  expect(home.text).toContain('user1@localhost')
})

test('a login accepts a name and a password beyond ASCII', async () => {
  await signIn(visitor, 'zoë', 'pä$$wörd €😀')
  expect((await visitor.get('/')).text).toContain('<h1>hello zoë</h1>')
})

test('the login page redirects to the start page when the visitor is signed in', async () => {
  await signIn(visitor, 'user1', 'user1')
  await visitor.get('/login').expect(303).expect('Location', '/')
})

test('the login page shows a message once and keeps the name, never the password, when the password is wrong', async () => {
  const answer = await signIn(visitor, 'user1', 'a wrong one')
  expect(answer.status).toBe(303)
  expect(answer.headers['location']).toBe('/login')
  expect(answer.text).not.toContain('a wrong one')

  const first = await visitor.get('/login').expect(200)
  expect(first.text).toMatch(/role="alert">Unknown user name or wrong password\.</)
  expect(first.text).toContain('<title>Error: Sign in · Example app</title>')
  expect(first.text).toMatch(/<input id="username"[^>]* value="user1"/)
  expect(first.text).toMatch(/<input id="password"[^>]* aria-describedby="notice"/)
  expect(first.text).not.toContain('a wrong one')

  const second = await visitor.get('/login').expect(200)
  expect(second.text).not.toContain('role="alert"')
  expect(second.text).not.toContain('value="user1"')
  expect((await visitor.get('/')).text).toContain('hello world')
})

test('the login page shows the same message for an unknown user as for a wrong password', async () => {
  await signIn(visitor, 'unknown', 'a wrong one')
  expect((await visitor.get('/login')).text).toContain('Unknown user name or wrong password.')
})

test('the message stays until the login page is opened', async () => {
  await signIn(visitor, 'user1', 'a wrong one')
  await visitor.get('/')
  await visitor.get('/nothing-here')
  expect((await visitor.get('/login')).text).toContain('role="alert"')
})

test('the login page shows only the last of many refusals', async () => {
  for (const name of ['one', 'two', 'three']) await signIn(visitor, name, 'a wrong one')
  const { text } = await visitor.get('/login')
  expect(text.match(/Unknown user name/g)).toHaveLength(1)
  expect(text).toContain('value="three"')
})

test('the right password signs in after a refusal', async () => {
  await signIn(visitor, 'user1', 'a wrong one')
  await signIn(visitor, 'user1', 'user1')
  expect((await visitor.get('/')).text).toContain('hello user1')
})

test.each([
  ['empty fields', 'username=&password='],
  ['no fields', ''],
  ['two names', 'username=user1&username=user1&password=user1'],
  ['a nested name', 'username[a]=user1&password=user1'],
])('a login with %s is refused without asking the server', async (_what, fields) => {
  const { text } = await visitor.get('/login')
  xmpp.reset()
  await visitor
    .post('/login')
    .type('form')
    .send(`_csrf=${tokenIn(text)}&${fields}`)
    .expect(303)
    .expect('Location', '/login')
  expect((await visitor.get('/login')).text).toContain('Please enter a user name and a password.')
  expect(xmpp.requests).toEqual([])
})

test('a name that is too long is refused and not kept', async () => {
  await signIn(visitor, 'x'.repeat(2_000), 'user1')
  const { text } = await visitor.get('/login')
  expect(text).toContain('role="alert"')
  expect(text).not.toContain('xxx')
})

test('signing out clears the cookie and makes it worthless', async () => {
  const signedIn = sessionIn(await signIn(visitor, 'user1', 'user1'))
  const { text } = await visitor.get('/')
  const answer = await visitor
    .post('/logout')
    .type('form')
    .send({ _csrf: tokenIn(text) })
  expect(answer.status).toBe(303)
  expect(answer.headers['location']).toBe('/')
  expect(answer.headers['set-cookie']).toEqual([
    'session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
  ])
  expect((await visitor.get('/')).text).toContain('hello world')
  const thief = await visitorOf(app).get('/').set('Cookie', `session=${signedIn}`)
  expect(thief.text).toContain('hello world')
})

test('signing out redirects to the start page when the visitor is not signed in', async () => {
  await visitor.post('/logout').expect(303).expect('Location', '/')
})

test('signing out needs a form and does not work by a link', async () => {
  await signIn(visitor, 'user1', 'user1')
  await visitor.get('/logout').expect(404)
  expect((await visitor.get('/')).text).toContain('hello user1')
})

test('two visitors are two users when they sign in at the same time', async () => {
  const other = visitorOf(app)
  await Promise.all([signIn(visitor, 'user1', 'user1'), signIn(other, 'zoë', 'pä$$wörd €😀')])
  expect((await visitor.get('/')).text).toContain('hello user1')
  expect((await other.get('/')).text).toContain('hello zoë')
})
