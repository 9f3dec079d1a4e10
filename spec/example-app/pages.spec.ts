import { promisify } from 'node:util'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { de } from '../../login-site/texts/de'
import { en } from '../../login-site/texts/en'
import { isolated } from '../../login-site/texts/isolated'
import { type AppOn, appOn, send, signIn, tokenIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let on: AppOn
let visitor: Visitor

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, registration: 'captcha' })
})
beforeEach(() => {
  xmpp.reset()
  on = appOn(xmpp, { XMPP_REGISTRATION: 'on' })
  visitor = visitorOf(on.app)
})
afterEach(() => on.app.close())
afterAll(() => xmpp.close())

const OF_VISITORS = ['/', '/login', '/register', '/account', '/account/delete', '/account/delete/confirm', '/nothing']

test('the login page names the domain beside the name, and offers to stay signed in', async () => {
  const { text } = await visitor.get('/login')
  expect(text).toMatch(/<input id="username" aria-describedby="username-domain"[^>]*>(?=<bdi class="domain")/)
  expect(text).toMatch(/<bdi class="domain" id="username-domain"[^>]*>@localhost<\/bdi>/)
  expect(text).toContain('<input type="checkbox" id="stay" name="stay" value="on">')
})

test('the rule for a new password is before its field and describes it', async () => {
  await signIn(visitor, 'user1', 'user1')
  const pages = [(await visitorOf(on.app).get('/register')).text, (await visitor.get('/account')).text]
  for (const text of pages) {
    expect(text).toMatch(
      /<p class="hint" id="([\w-]+)">At least eight characters.*<input id="[\w-]+" aria-describedby="\1"/,
    )
  }
})

test('no page promises that the account is good for chat, or names a mechanism', async () => {
  await signIn(visitor, 'user1', 'user1')
  for (const guest of [visitor, visitorOf(on.app)]) {
    for (const path of OF_VISITORS) expect((await guest.get(path)).text).not.toMatch(/for chat|chatting|SCRAM|PLAIN/)
  }
  expect((await visitor.get('/api/me')).body.mechanism).toMatch(/^SCRAM-/)
})

describe('the menu', () => {
  test('every page of a signed-in visitor has a menu with sign-out, sign-out everywhere and the account', async () => {
    await signIn(visitor, 'user1', 'user1')
    for (const path of ['/', '/account', '/account/delete', '/account/delete/confirm', '/nothing']) {
      const { text } = await visitor.get(path)
      const [menu = ''] = /<details class="menu">.*?<\/details>/.exec(text) ?? []
      expect(menu).toContain('<form method="post" action="/logout">')
      expect(menu).toContain('href="/account?open=sign-out-everywhere"')
      expect(menu).toContain('href="/account"')
      await visitorOf(on.app).get(path)
    }
    const { text } = await visitor.get('/nothing')
    const answer = await visitor
      .post('/logout')
      .type('form')
      .send({ _csrf: tokenIn(text) })
    expect(answer.status).toBe(303)
    expect((await visitor.get('/')).text).toContain('hello world')
  })

  test('a visitor who is not signed in sees no menu', async () => {
    for (const path of OF_VISITORS) expect((await visitor.get(path)).text).not.toContain('class="menu"')
  })
})

describe('the account page', () => {
  beforeEach(() => signIn(visitor, 'user1', 'user1'))

  const openRows = (text: string) =>
    [...text.matchAll(/<details class="row" id="([^"]+)"[^>]* open/g)].map(([, id]) => id)

  test.each([
    ['/account', []],
    ['/account?open=password', ['password']],
    ['/account?open=sessions', ['sessions']],
    ['/account?open=sign-out-everywhere', ['sign-out-everywhere']],
    ['/account?open=delete', []],
    ['/account?open=password&open=sessions', []],
    ['/account?open=%22%3E%3Cscript%3E', []],
  ])('%s shows %j open, and the browser closes it when another opens', async (path, open) => {
    const { text } = await visitor.get(path)
    expect(openRows(text)).toEqual(open)
    expect(text.match(/<details class="row"/g)).toHaveLength(3)
    expect(text.match(/<details class="row"[^>]* name="account"/g)).toHaveLength(3)
  })

  test('a refused form is open', async () => {
    await send(visitor, '/account', '/account/sign-out-everywhere', { password: 'wrong' })
    expect(openRows((await visitor.get('/account')).text)).toEqual(['sign-out-everywhere'])
  })

  test('a password manager is led to the form that changes the password', async () => {
    await visitor.get('/.well-known/change-password').expect(303).expect('Location', '/account?open=password')
    const guest = visitorOf(on.app)
    const { headers } = await guest.get('/account?open=password').expect(303)
    expect(headers['location']).toBe('/login?returnTo=%2Faccount%3Fopen%3Dpassword')
  })

  test('the list of sessions ends each but this one, and a name of a browser stays text', async () => {
    const session = { since: new Date('2026-01-31T08:00:00Z'), lastSeen: new Date('2026-01-31T09:30:00Z') }
    const sessions = [
      { ...session, handle: 'h1', browser: 'Firefox on Linux', isThis: true },
      { ...session, handle: 'h"2', browser: '<b>Evil</b>', isThis: false },
      { ...session, handle: 'h3', browser: '', isThis: false },
    ]
    const render = promisify(on.app.render.bind(on.app) as unknown as Render)
    const text = await render('account', { ...LOCALS, sessions })
    const forms = [...text.matchAll(/action="\/account\/sessions\/end">.*?name="session" value="([^"]*)"/g)]
    expect(forms.map(([, handle]) => handle)).toEqual(['h&quot;2', 'h3'])
    expect(text.match(/<li>/g)).toHaveLength(3)
    expect(text).toMatch(/Firefox on Linux.*?This browser.*?&lt;b&gt;Evil&lt;\/b&gt;.*?Unknown browser/)
    expect(text).toContain('<time datetime="2026-01-31T08:00:00.000Z">31 Jan 2026, 08:00 UTC</time>')
  })
})

type Render = (view: string, locals: object, done: (reason: Error | null, page: string) => void) => void

const READABLE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })
const LOCALS = {
  t: en,
  language: 'en',
  isolated,
  readable: (time: Date) => en.common.utc(READABLE.format(time)),
  formToken: () => 'token',
  formId: () => 'form',
  user: { jid: 'user1@localhost', displayJid: 'user1@localhost', displayName: 'user1' },
  blamed: [],
}

test('deleting the account takes a page that explains it, and another that asks for the password', async () => {
  await signIn(visitor, 'user1', 'user1')
  expect((await visitor.get('/account')).text).not.toContain('action="/account/delete"')
  const first = (await visitor.get('/account/delete').expect(200)).text
  expect(first).not.toContain('type="password"')
  expect(first).toContain('href="/account/delete/confirm">Continue<')
  const second = (await visitor.get('/account/delete/confirm').expect(200)).text
  expect(second).toMatch(/action="\/account\/delete">.*type="password".*>Delete account for good</)
  expect(second).toContain('href="/account">Keep the account<')
  await visitorOf(on.app).get('/account/delete/confirm').expect(303)
})

describe('a page about an outage', () => {
  async function failedLogin(fields: Record<string, string> = {}) {
    xmpp.fault({ on: 'create', reply: { status: 503 } })
    return send(visitor, '/login', '/login', { username: 'user1', password: 'my-secret', ...fields })
  }

  test('"Try again" leads to the login page, which keeps the name and the target, never the password', async () => {
    const { text, status } = await failedLogin({ returnTo: '/account?open=password' })
    expect(status).toBe(502)
    const path = '/login?returnTo=%2Faccount%3Fopen%3Dpassword'
    expect(text).toContain(`href="${path}">Try again<`)
    const again = (await visitor.get(path)).text
    expect(again).toMatch(/<input id="username"[^>]* value="user1"/)
    expect(again).toContain('name="returnTo" value="/account?open=password"')
    expect(again).not.toMatch(/role="alert"|aria-invalid|aria-describedby="notice/)
    expect(text + again).not.toContain('my-secret')
  })

  test('"Try again" leads to this site when the target is another one', async () => {
    expect((await failedLogin({ returnTo: '//evil.example' })).text).toContain('href="/login">Try again<')
  })

  test('"Try again" opens the same page when it was requested with GET', async () => {
    xmpp.fault({ on: 'create', reply: { status: 503 } })
    expect((await visitor.get('/register').expect(502)).text).toContain('href="/register">Try again<')
  })

  test('"Try again" leads to the open form of the account page', async () => {
    await signIn(visitor, 'user1', 'user1')
    xmpp.fault({ on: 'create', reply: { status: 503 } })
    const { text } = await send(visitor, '/account', '/account/password', { password: 'user1', newPassword: 'another' })
    expect(text).toContain('href="/account?open=password">Try again<')
  })

  test('the page is shown although the store that keeps the name is gone', async () => {
    const { text } = await visitor.get('/login')
    const _csrf = tokenIn(text)
    jest.spyOn(on.stores.sessions, 'set').mockImplementation((_id, _session, done) => done?.(new Error('gone')))
    xmpp.fault({ on: 'create', reply: { status: 503 } })
    const answer = await visitor.post('/login').type('form').send({ _csrf, username: 'user1', password: 'user1' })
    expect(answer.status).toBe(502)
    expect(answer.text).toContain('>Try again<')
  })

  test('the page about too many attempts leads back to the form, which keeps the name', async () => {
    for (let attempt = 0; attempt < 10; attempt++) await signIn(visitor, 'user1', 'wrong')
    await visitor.get('/login')
    const { text, status } = await send(visitor, '/login', '/login', { username: 'user1', password: 'my-secret' })
    expect(status).toBe(429)
    expect(text).toMatch(/Please wait \d+ minutes and try again\./)
    expect(text).toContain('href="/login">Try again<')
    expect((await visitor.get('/login')).text).toMatch(/<input id="username"[^>]* value="user1"/)
  })
})

test('the page for a wait says the number of minutes in either language', () => {
  expect([en.errors.wait(1), en.errors.wait(14)]).toEqual([
    'Please wait 1 minute and try again.',
    'Please wait 14 minutes and try again.',
  ])
  expect([de.errors.wait(1), de.errors.wait(14)]).toEqual([
    'Bitte eine Minute warten und dann noch einmal versuchen.',
    'Bitte 14 Minuten warten und dann noch einmal versuchen.',
  ])
})
