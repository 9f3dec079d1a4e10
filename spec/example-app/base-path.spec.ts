import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { ownCookie } from '../../login-site/protection/cookies'
import { CONFIRM, numberIn } from './confirming'
import { type AppOn, appOn, PRODUCTION, send, tokenIn, type Visitor, visitorOf } from './visitor'

const BASE = '/apps/login'

let xmpp: BoshServer
let on: AppOn

beforeAll(async () => {
  xmpp = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: 'user1', login: 'secret' },
    registration: 'captcha',
  })
})
beforeEach(() => {
  xmpp.reset()
  on = appOn(xmpp, { BASE_PATH: BASE, XMPP_REGISTRATION: 'on', ACCENT_COLOR: '#7a1fa2', LOGO_FILE: LOGO })
})
afterEach(() => on.app.close())
afterAll(() => xmpp.close())

const LOGO = require.resolve('../../login-site/public/icon.svg')

/** Returns the addresses in a page: of links, forms, scripts, style sheets and pictures. */
const addressesIn = (page: string) =>
  [...page.matchAll(/ (?:href|src|action|formaction)="([^"]*)"/g)]
    .map(([, address = '']) => address.replaceAll('&amp;', '&'))
    .filter(address => !address.startsWith('data:'))

/** Opens a page and everything that it leads to. Returns the status and the type of each address. */
async function crawl(visitor: Visitor, start: string) {
  const found = new Map<string, { status: number; isUnderBase: boolean }>()
  const open = [start]
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (found.has(address)) continue
    const { status, headers, text = '' } = await visitor.get(address)
    const isUnderBase = address === BASE || address.startsWith(`${BASE}/`)
    found.set(address, { status, isUnderBase })
    if (!isUnderBase) continue
    if (headers['location']) open.push(headers['location'])
    if (headers['content-type']?.startsWith('text/html')) open.push(...addressesIn(text))
  }
  return found
}

test.each([
  ['a new visitor', false],
  ['a signed-in visitor', true],
])('every address that %s reaches is under the base', async (_, signedIn) => {
  const visitor = visitorOf(on.app)
  if (signedIn) await signInUnder(visitor)
  const found = await crawl(visitor, `${BASE}/`)
  for (const path of ['/nothing-here', '/favicon.ico', '/.well-known/change-password', '/account', '/docs', '/login']) {
    for (const [address, seen] of await crawl(visitor, BASE + path)) found.set(address, seen)
  }
  expect([...found].filter(([, { isUnderBase }]) => !isUnderBase)).toEqual([])
  // Forms are sent to the first three with POST.
  const missing = [...found].filter(([, { status }]) => status >= 400).map(([address]) => address.slice(BASE.length))
  const FOR_POST = [
    '/logout',
    '/account/password',
    '/account/sign-out-everywhere',
    '/register/picture',
    '/nothing-here',
  ]
  expect(missing.filter(address => !FOR_POST.includes(address))).toEqual([])
  expect(found.size).toBeGreaterThan(signedIn ? 18 : 14)
})

test('a visitor signs in with an XMPP app under the base', async () => {
  xmpp.users.add('user1@localhost', { client: 'text' })
  const { app } = appOn(xmpp, { ...CONFIRM, BASE_PATH: BASE })
  const visitor = visitorOf(app)
  const begun = await send(visitor, `${BASE}/login`, `${BASE}/login/xmpp`, { jid: 'user1' })
  expect(begun.headers['location']).toBe(`${BASE}/login/xmpp/wait`)
  const { text } = await visitor.get(`${BASE}/login/xmpp/wait`)
  const inPage = [...text.matchAll(/(?:data-\w+|action)="(\/[^"]*)"|content="1;url=([^"]*)"/g)].map(
    found => found[1] ?? found[2],
  )
  expect(inPage).toHaveLength(6)
  expect(inPage.filter(address => !address?.startsWith(`${BASE}/login/xmpp`))).toEqual([])
  xmpp.users.reply('user1@localhost', numberIn(text))
  await visitor.get(`${BASE}/login/xmpp/wait?held`).expect('location', `${BASE}/login/xmpp/finish`)
  await visitor.get(`${BASE}/login/xmpp/finish`).expect('location', `${BASE}/`)
  await visitor.get(`${BASE}/.well-known/xmpp-login`).expect(200)
  await app.close()
})

async function signInUnder(visitor: Visitor) {
  const { text } = await visitor.get(`${BASE}/login`)
  const fields = { _csrf: tokenIn(text), username: 'user1', password: 'user1', returnTo: '/account' }
  return visitor.post(`${BASE}/login`).type('form').send(fields)
}

test('every form leads to a page under the base', async () => {
  const visitor = visitorOf(on.app)
  const under = (page: string, action: string, fields: Record<string, string>) =>
    send(visitor, BASE + page, BASE + action, fields).then(({ status, headers }) => [status, headers['location']])
  expect(await under('/login', '/login', { username: 'user1', password: 'wrong' })).toEqual([303, `${BASE}/login`])
  expect(await under('/register', '/register/picture', {})).toEqual([303, `${BASE}/register`])
  const wrong = { username: 'carol', password: 'a good one', ocr: 'wrong' }
  expect(await under('/register', '/register', wrong)).toEqual([303, `${BASE}/register`])
  expect((await signInUnder(visitor)).headers['location']).toBe(`${BASE}/account`)
  for (const form of ['password', 'sign-out-everywhere']) {
    expect(await under('/account', `/account/${form}`, { password: 'wrong', newPassword: 'another one' })).toEqual([
      303,
      `${BASE}/account`,
    ])
  }
  expect(await under('/account/delete/confirm', '/account/delete', { password: 'wrong' })).toEqual([
    303,
    `${BASE}/account/delete/confirm`,
  ])
  expect(await under('/', '/logout', {})).toEqual([303, `${BASE}/`])
  expect((await visitor.get(`${BASE}/account`)).headers['location']).toBe(`${BASE}/login?returnTo=%2Faccount`)
})

test.each([
  '/../../elsewhere',
  '/..%2f..%2felsewhere',
  '/%2e%2e%2felsewhere',
  '/x/..%5c..%5celsewhere',
  '//evil.example',
])('a login with returnTo %s stays under the base', async target => {
  const visitor = visitorOf(on.app)
  const { text } = await visitor.get(`${BASE}/login`)
  const fields = { _csrf: tokenIn(text), username: 'user1', password: 'user1', returnTo: target }
  const { headers } = await visitor.post(`${BASE}/login`).type('form').send(fields)
  const { pathname, origin } = new URL(decodeURIComponent(headers['location'] ?? ''), 'http://site.example')
  expect(origin).toBe('http://site.example')
  expect(pathname.startsWith(`${BASE}/`)).toBe(true)
})

test('an address outside the base gets a 404 page that leads back to the app', async () => {
  for (const path of ['/', '/login', '/style.css', `${BASE}x/login`]) {
    const { text } = await visitorOf(on.app).get(path).expect(404)
    for (const address of addressesIn(text)) expect(address.startsWith(`${BASE}/`)).toBe(true)
  }
})

test('the health checks are at the root and under the base', async () => {
  for (const base of ['', BASE]) {
    for (const path of ['/healthz', '/readyz']) expect((await visitorOf(on.app).get(base + path)).status).toBe(200)
  }
})

test('the API and its description are under the base, and the description names its own place', async () => {
  const visitor = visitorOf(on.app)
  await visitor.get(`${BASE}/api/csrf`).expect(200)
  await visitor.get('/api/csrf').expect(404)
  const { text, body } = await visitor.get(`${BASE}/openapi.yaml`).expect(200)
  expect(text ?? String(body)).toContain('servers:\n  - url: .\n')
})

test('the error page of a failed login leads back to the login page under the base', async () => {
  const visitor = visitorOf(on.app)
  xmpp.fault({ on: 'create', reply: { status: 503 } })
  const { status, text } = await signInUnder(visitor)
  expect(status).toBe(502)
  expect(addressesIn(text)).toContain(`${BASE}/login?returnTo=%2Faccount`)
})

test('two apps on one host use cookies of different names', async () => {
  const at = async (env: Record<string, string>, path: string) => {
    const { app } = appOn(xmpp, { ...PRODUCTION, ...env })
    const { headers } = await visitorOf(app).get(path).set('X-Forwarded-Proto', 'https')
    await app.close()
    return String(headers['set-cookie'])
  }
  const cookies = [await at({}, '/login'), await at({ BASE_PATH: '/a/b' }, '/a/b/login')]
  expect(cookies[0]).toMatch(/^__Host-csrf=[^;]+; Path=\/;.* Secure/)
  expect(cookies[1]).toMatch(/^__Host-csrf\.a\.b=[^;]+; Path=\/;.* Secure/)
  const names = ['', '/a', '/b', '/a/b', '/a-b', '/a_b'].map(base => ownCookie('session', true, base).name)
  expect(new Set(names).size).toBe(names.length)
})

test('a slash at the end of BASE_PATH does not count', async () => {
  const { app } = appOn(xmpp, { BASE_PATH: '/app/' })
  await visitorOf(app)
    .get('/app')
    .redirects(1)
    .expect(200, / href="\/app\/login"/)
  await app.close()
})
