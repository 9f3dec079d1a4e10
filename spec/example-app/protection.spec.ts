import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import type { Stores } from '../../login-site/stores/stores'
import { appOn, hiddenIn, INLINE, PRODUCTION, sessionIn, signIn, tokenIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let app: App
let stores: Stores
let visitor: Visitor

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1', user2: 'user2' } })
})

beforeEach(() => {
  xmpp.reset()
  ;({ app, stores } = appOn(xmpp))
  visitor = visitorOf(app)
})

afterEach(() => app.close())
afterAll(() => xmpp.close())

describe('CSRF', () => {
  const credentials = { username: 'user1', password: 'user1' }

  test.each([
    ['no token', {}],
    ['an empty token', { _csrf: '' }],
    ['a made-up token', { _csrf: 'f'.repeat(64) }],
  ])('a login with %s is refused without asking the server', async (_what, token) => {
    await visitor.get('/login')
    const answer = await visitor
      .post('/login')
      .type('form')
      .send({ ...credentials, ...token })
    expect(answer.status).toBe(403)
    expect(answer.text).toContain('reload the form')
    expect(answer.text).toContain('href="/login"')
    expect(xmpp.requests).toEqual([])
    expect((await visitor.get('/')).text).toContain('hello world')
  })

  test("a login with another visitor's token is refused", async () => {
    const { text } = await visitorOf(app).get('/login')
    await visitor.get('/login')
    await visitor
      .post('/login')
      .type('form')
      .send({ ...credentials, _csrf: tokenIn(text) })
      .expect(403)
  })

  test('a login without the cookie of its token is refused', async () => {
    const { text } = await visitor.get('/login')
    const answer = await visitorOf(app)
      .post('/login')
      .type('form')
      .send({ ...credentials, _csrf: tokenIn(text) })
    expect(answer.status).toBe(403)
    expect(answer.headers).not.toHaveProperty('set-cookie')
  })

  test.each(['json', 'text/plain'])('a login sent as %s is refused', async type => {
    const { text } = await visitor.get('/login')
    const body = JSON.stringify({ ...credentials, _csrf: tokenIn(text) })
    await visitor.post('/login').type(type).send(body).expect(403)
    expect(xmpp.requests).toEqual([])
  })

  test('a login with the token in the address is refused', async () => {
    const { text } = await visitor.get('/login')
    await visitor
      .post(`/login?_csrf=${tokenIn(text)}`)
      .type('form')
      .send(credentials)
      .expect(403)
  })

  test('signing out without a token is refused', async () => {
    await signIn(visitor, 'user1', 'user1')
    await visitor.post('/logout').type('form').send({}).expect(403)
    expect((await visitor.get('/')).text).toContain('hello user1')
  })

  test('a token from before the login is invalid after it', async () => {
    const { text } = await visitor.get('/login')
    await signIn(visitor, 'user1', 'user1')
    await visitor
      .post('/logout')
      .type('form')
      .send({ _csrf: tokenIn(text) })
      .expect(403)
  })
})

describe('sessions', () => {
  test('a session planted before the login stays as it is, and the login begins another one', async () => {
    const planted = sessionIn(await signIn(visitorOf(app), 'user2', 'user2'))
    const given = visitorOf(app)
    const form = await given.get('/login').set('Cookie', 'session=s%3Amade-up.signature')
    const answer = await given
      .post('/login')
      .set('Cookie', 'session=s%3Amade-up.signature')
      .type('form')
      .send({ ...hiddenIn(form.text), username: 'user1', password: 'user1' })
    expect(sessionIn(answer)).toBeDefined()
    expect(sessionIn(answer)).not.toContain('made-up')
    const attacker = await visitorOf(app).get('/').set('Cookie', 'session=s%3Amade-up.signature')
    expect(attacker.text).toContain('hello world')
    expect((await visitorOf(app).get('/').set('Cookie', `session=${planted}`)).text).toContain('hello user2')
  })

  test('forms, refusals and messages begin no session when the visitor is not signed in', async () => {
    for (const path of ['/', '/login', '/account', '/api/csrf', '/nothing-here']) {
      expect(sessionIn(await visitor.get(path))).toBeUndefined()
    }
    expect(sessionIn(await signIn(visitor, 'user1', 'a wrong one'))).toBeUndefined()
    await visitor.get('/login')
    const kept = await new Promise((resolve, reject) => {
      stores.sessions.all?.((failed, sessions) => (failed ? reject(failed) : resolve(sessions)))
    })
    expect(kept).toEqual({})
  })

  test('a token of one session is refused in another session of the same account', async () => {
    await signIn(visitor, 'user1', 'user1')
    const other = visitorOf(app)
    await signIn(other, 'user1', 'user1')
    const { text } = await other.get('/')
    await visitor.get('/')
    await visitor
      .post('/logout')
      .type('form')
      .send({ _csrf: tokenIn(text) })
      .expect(403)
  })

  test('a cookie and a token of one session are refused in another session', async () => {
    await signIn(visitor, 'user1', 'user1')
    const attacker = visitorOf(app)
    await signIn(attacker, 'user2', 'user2')
    const planted = await attacker.get('/')
    const mine = sessionIn(await signIn(visitorOf(app), 'user1', 'user1'))
    await visitorOf(app)
      .post('/logout')
      .set('Cookie', `session=${mine}; csrf=${tokenIn(planted.text)}`)
      .type('form')
      .send({ _csrf: tokenIn(planted.text) })
      .expect(403)
  })

  test('a token of a session is refused after signing out', async () => {
    await signIn(visitor, 'user1', 'user1')
    const { text } = await visitor.get('/')
    await visitor.post('/logout').type('form').send(hiddenIn(text)).expect(303)
    await visitor
      .post('/login')
      .type('form')
      .send({ _csrf: tokenIn(text), username: 'user1', password: 'user1' })
      .expect(403)
  })

  test('a cookie with the signature of another app is ignored', async () => {
    const other = appOn(xmpp).app
    const foreign = visitorOf(other)
    const cookie = sessionIn(await signIn(foreign, 'user1', 'user1'))
    await other.close()
    const answer = await visitor.get('/').set('Cookie', `session=${cookie}`)
    expect(answer.text).toContain('hello world')
  })

  test('the session cookie works over plain http in development', async () => {
    const { headers } = await signIn(visitor, 'user1', 'user1')
    expect(headers['set-cookie']?.[0]).toMatch(/^session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/)
  })

  test('the session cookie requires https and this host in production', async () => {
    const { app: production } = appOn(xmpp, PRODUCTION)
    const form = await visitorOf(production).get('/login').set('X-Forwarded-Proto', 'https')
    expect(form.headers['set-cookie']).toEqual([
      expect.stringMatching(/^__Host-csrf=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ])
    const send = (by: Visitor) =>
      by
        .post('/login')
        .set('Cookie', `__Host-csrf=${tokenIn(form.text)}`)
        .type('form')
        .send({ ...hiddenIn(form.text), username: 'user1', password: 'user1' })
    const answer = await send(visitorOf(production).set('X-Forwarded-Proto', 'https'))
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      /^__Host-session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    )
    await production.close()
  })

  test('a visitor signs in and out in production behind a proxy', async () => {
    const { app: production } = appOn(xmpp, PRODUCTION)
    const behindProxy = (...cookies: string[]) => ({ 'X-Forwarded-Proto': 'https', Cookie: cookies.join('; ') })
    const token = (page: { text: string }) => `__Host-csrf=${tokenIn(page.text)}`
    const form = await visitorOf(production).get('/login').set(behindProxy())
    const answer = await visitorOf(production)
      .post('/login')
      .set(behindProxy(token(form)))
      .type('form')
      .send({ _csrf: tokenIn(form.text), username: 'user1', password: 'user1' })
    expect(answer.status).toBe(303)
    const session = `__Host-session=${sessionIn(answer)}`
    const signedIn = behindProxy(session)
    const home = await visitorOf(production).get('/').set(signedIn)
    expect(home.text).toContain('hello user1')
    const left = await visitorOf(production)
      .post('/logout')
      .set(behindProxy(session, token(home)))
      .type('form')
      .send({ _csrf: tokenIn(home.text) })
    expect(left.headers['set-cookie']?.[0]).toMatch(/^__Host-session=; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/)
    expect((await visitorOf(production).get('/').set(signedIn)).text).toContain('hello world')
    await production.close()
  })
})

describe('headers', () => {
  const POLICY = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join(';')

  test.each(['/', '/login', '/nothing-here', '/style.css'])('%s has the security headers', async path => {
    const { headers } = await visitor.get(path)
    expect(headers['content-security-policy']).toBe(POLICY)
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['x-frame-options']).toBe('DENY')
    expect(headers).not.toHaveProperty('x-powered-by')
    expect(headers).not.toHaveProperty('strict-transport-security')
  })

  test('pages forbid caching', async () => {
    for (const path of ['/', '/login', '/nothing-here']) {
      expect((await visitor.get(path)).headers['cache-control']).toBe('no-store')
    }
  })

  test('pages require https for this host alone in production', async () => {
    const { app: production } = appOn(xmpp, PRODUCTION)
    const { headers } = await visitorOf(production).get('/')
    expect(headers['strict-transport-security']).toMatch(/^max-age=\d+$/)
    expect(headers['content-security-policy']).toBe(POLICY)
    await production.close()
  })

  test('pages contain no inline scripts or styles', async () => {
    await signIn(visitor, 'user1', 'a wrong one')
    for (const path of ['/', '/login', '/nothing-here']) {
      expect((await visitor.get(path)).text).not.toMatch(INLINE)
    }
  })
})

describe('input of a visitor', () => {
  test.each(['"><script>alert(1)</script>', "' autofocus onfocus='alert(1)", '#{7*7}', '</title><img src=x>'])(
    'the name %s stays text on the login page',
    async name => {
      await signIn(visitor, name, 'a wrong one')
      const { text } = await visitor.get('/login')
      const escaped = name
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;')
      expect(text).toContain(`value="${escaped}"`)
      expect(text).not.toMatch(/<script(?! src="\/[\w-]+\.js")|<img(?! src="\/icon\.svg")/)
    },
  )

  test('a line break in a name makes neither a header nor a log entry', async () => {
    const { app: own, logged } = appOn(xmpp)
    const answer = await signIn(visitorOf(own), 'user1\r\nX-Evil: 1', 'user1\r\nX-Evil: 1')
    expect(answer.status).toBe(303)
    expect(answer.headers).not.toHaveProperty('x-evil')
    expect(JSON.stringify(logged)).not.toContain('Evil')
    await own.close()
  })

  test('the 404 page does not repeat the address', async () => {
    const { text } = await visitor.get('/%3Cscript%3Ealert(1)').expect(404)
    expect(text).not.toContain('alert')
  })

  test('the address of the visitor reaches the server only when XMPP_FORWARD_CLIENT_IP is on', async () => {
    await signIn(visitor, 'user1', 'user1')
    expect(xmpp.requests.some(({ headers }) => 'x-forwarded-for' in headers)).toBe(false)
    xmpp.reset()
    const { app: forwarding } = appOn(xmpp, { XMPP_FORWARD_CLIENT_IP: 'on', TRUST_PROXY: '1' })
    const distant = visitorOf(forwarding).set('X-Forwarded-For', '203.0.113.9, 192.0.2.7')
    await signIn(distant, 'user1', 'user1')
    expect(xmpp.requests.length).toBeGreaterThan(0)
    for (const { headers } of xmpp.requests) expect(headers['x-forwarded-for']).toBe('192.0.2.7')
    await forwarding.close()
  })
})
