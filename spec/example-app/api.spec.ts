import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { ApiClient } from './api-client'
import { type AppOn, appOn, sessionIn, signIn, tokenIn } from './visitor'

let xmpp: BoshServer
let on: AppOn
let client: ApiClient

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, registration: 'captcha' })
})

beforeEach(() => {
  xmpp.reset()
  on = appOn(xmpp, { XMPP_REGISTRATION: 'on' })
  client = new ApiClient(on.app)
})

afterEach(() => on.app.close())
afterAll(() => xmpp.close())

/** Returns a client with a session of its own. */
const another = () => new ApiClient(on.app)

async function isSignedIn(program: ApiClient): Promise<boolean> {
  return (await program.call('GET /api/me')).status === 200
}

describe('sessions', () => {
  test('a login returns the account, and so does the next call', async () => {
    const { body } = await client.login('User1@LOCALHOST', 'user1')
    expect(body).toEqual({
      jid: 'user1@localhost',
      username: 'user1',
      domain: 'localhost',
      mechanism: 'SCRAM-SHA-512',
      since: expect.any(String),
    })
    expect((await client.call('GET /api/me')).body).toEqual(body)
  })

  test('a login by a program signs in on the pages', async () => {
    await client.login('user1', 'user1')
    expect((await client.visitor.get('/')).text).toContain('hello user1')
  })

  test('a login on the page signs in a program until the visitor signs out', async () => {
    await signIn(client.visitor, 'user1', 'user1')
    expect((await client.call('GET /api/me')).body).toMatchObject({ jid: 'user1@localhost' })
    const { text } = await client.visitor.get('/')
    await client.visitor
      .post('/logout')
      .type('form')
      .send({ _csrf: tokenIn(text) })
      .expect(303)
    expect(await isSignedIn(client)).toBe(false)
  })

  test('signing out removes the cookie and makes it worthless', async () => {
    const cookie = sessionIn(await client.login('user1', 'user1'))
    const { headers } = await client.call('POST /api/logout')
    expect(headers['set-cookie']).toEqual([
      'session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ])
    expect((await client.visitor.get('/')).text).toContain('hello world')
    const { status } = await another().visitor.get('/api/me').set('Cookie', `session=${cookie}`)
    expect(status).toBe(401)
  })

  test('a token from before the login begins no session, and is invalid after the login', async () => {
    const before = await client.call('GET /api/csrf')
    expect(sessionIn(before)).toBeUndefined()
    expect(sessionIn(await client.login('user1', 'user1'))).toBeDefined()
    const { status } = await client.call('POST /api/logout', { token: before.body.token })
    expect(status).toBe(403)
  })
})

describe('refusals of a login', () => {
  test('an unknown user, a disabled account and a forbidden one get the same answer as a wrong password', async () => {
    const wrong = await client.login('user1', 'a wrong one')
    const unknown = await client.login('unknown', 'a wrong one')
    xmpp.fault({ on: 'bind', reply: { stanzaError: 'not-allowed' } })
    const notAllowed = await client.login('user1', 'user1')
    xmpp.accounts.disable('user1')
    const disabled = await client.login('user1', 'user1')
    expect(wrong.status).toBe(401)
    expect(wrong.body).toMatchObject({ code: 'invalid-credentials', detail: 'Unknown user name or wrong password.' })
    for (const { status, body } of [unknown, notAllowed, disabled]) {
      expect({ status, body }).toEqual({ status: wrong.status, body: wrong.body })
    }
  })

  test('a password change answers like a wrong password when the account is disabled', async () => {
    await client.login('user1', 'user1')
    const sent = { body: { password: 'user1', newPassword: 'another' } }
    xmpp.accounts.disable('user1')
    const { status, body } = await client.call('POST /api/account/password', sent)
    expect(status).toBe(401)
    expect(body.code).toBe('invalid-credentials')
  })
})

describe('requests of another site', () => {
  const credentials = { username: 'user1', password: 'user1' }

  test.each([
    ['a made-up token', 'f'.repeat(64)],
    ['an empty token', ''],
  ])('an API login with %s is refused without asking the server', async (_what, token) => {
    await client.call('GET /api/csrf')
    expect((await client.call('POST /api/login', { token, body: credentials })).status).toBe(403)
    expect(xmpp.requests).toEqual([])
  })

  test('a login with the token of another session is refused', async () => {
    await client.call('GET /api/csrf')
    const token = await another().token()
    expect((await client.call('POST /api/login', { token, body: credentials })).status).toBe(403)
  })

  test('a login with the token in the body or the address is refused', async () => {
    const token = await client.token()
    const inBody = await client.call('POST /api/login', { token: null, body: { ...credentials, _csrf: token } })
    expect(inBody.status).toBe(403)
    const inAddress = await client.visitor.post(`/api/login?_csrf=${token}`).send(credentials)
    expect(inAddress.status).toBe(403)
    expect(xmpp.requests).toEqual([])
  })
})

test('the login is refused without asking the server after ten wrong passwords on the page and the API together', async () => {
  for (let n = 0; n < 5; n++) {
    await signIn(client.visitor, 'user1', 'a wrong one')
    await client.login('USER1@localhost', 'a wrong one')
  }
  xmpp.reset()
  const { status, headers } = await client.login('user1', 'user1')
  expect(status).toBe(429)
  expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  expect(xmpp.requests).toEqual([])
})

describe('the account', () => {
  const NEW_PASSWORD = 'four words are better'
  let elsewhere: ApiClient

  beforeEach(async () => {
    elsewhere = another()
    for (const program of [client, elsewhere]) await program.login('user1', 'user1')
  })

  test('a password change gives this session a new id and ends all others', async () => {
    const before = await client.call('GET /api/csrf')
    const change = { body: { password: 'user1', newPassword: NEW_PASSWORD } }
    const answer = await client.call('POST /api/account/password', change)
    expect(answer.status).toBe(204)
    expect(sessionIn(answer)).toBeDefined()
    expect(await isSignedIn(client)).toBe(true)
    expect(await isSignedIn(elsewhere)).toBe(false)
    expect((await client.call('POST /api/logout', { token: before.body.token })).status).toBe(403)
    expect((await another().login('user1', 'user1')).status).toBe(401)
    expect((await another().login('user1', NEW_PASSWORD)).status).toBe(200)
  })

  test('the account stays unchanged when the password is wrong', async () => {
    const body = { password: 'a wrong one', newPassword: NEW_PASSWORD }
    for (const name of ['POST /api/account/password', 'POST /api/account/sign-out-everywhere', 'DELETE /api/account']) {
      expect((await client.call(name, { body })).status).toBe(401)
    }
    expect(await isSignedIn(client)).toBe(true)
    expect(await isSignedIn(elsewhere)).toBe(true)
    expect((await another().login('user1', 'user1')).status).toBe(200)
  })

  test('signing out everywhere ends all sessions of the account, on the pages too', async () => {
    const { status } = await client.call('POST /api/account/sign-out-everywhere', { body: { password: 'user1' } })
    expect(status).toBe(204)
    expect(await isSignedIn(client)).toBe(false)
    expect((await elsewhere.visitor.get('/')).text).toContain('hello world')
    expect((await client.login('user1', 'user1')).status).toBe(200)
  })

  test('deleting the account ends its sessions, and they stay ended when the name is registered again', async () => {
    expect((await client.call('DELETE /api/account', { body: { password: 'user1' } })).status).toBe(204)
    expect((await another().login('user1', 'user1')).status).toBe(401)
    const { status } = await register(another(), { username: 'user1', password: NEW_PASSWORD })
    expect(status).toBe(201)
    expect(await isSignedIn(client)).toBe(false)
    expect(await isSignedIn(elsewhere)).toBe(false)
  })
})

/** Gets a form and submits it with the right answer. */
async function register(program: ApiClient, fields: Record<string, string>) {
  const { formState } = (await program.call('POST /api/register/form')).body
  const ocr = xmpp.captchas.at(-1)?.text ?? ''
  return program.call('POST /api/register', { body: { formState, ocr, ...fields } })
}

describe('a new account', () => {
  const wanted = { username: 'Zoë', password: 'pä$$wörd €😀' }

  test('the sign-up form contains its fields and its picture, and its state in a seal', async () => {
    const { body, text } = await client.call('POST /api/register/form')
    const names = body.fields.map(({ name }: { name: string }) => name)
    expect(names).toEqual(['username', 'password', 'ocr'])
    expect(body.captcha.answerField).toBe('ocr')
    expect(Buffer.from(body.captcha.data, 'base64').subarray(1, 4).toString()).toBe('PNG')
    const [captcha] = xmpp.captchas
    expect(captcha).toBeDefined()
    expect(text).not.toContain(captcha?.challenge)
  })

  test('a sign-up creates an account that can sign in', async () => {
    const { body } = await register(client, wanted)
    expect(body).toEqual({ jid: 'zoë@localhost' })
    expect(await isSignedIn(client)).toBe(false)
    expect((await client.login('zoë', wanted.password)).body.jid).toBe('zoë@localhost')
  })

  test('a sign-up form accepts one answer', async () => {
    const { formState } = (await client.call('POST /api/register/form')).body
    const send = (ocr: string) => client.call('POST /api/register', { body: { ...wanted, formState, ocr } })
    expect((await send('something else')).body.code).toBe('captcha-wrong')
    expect((await send(xmpp.captchas.at(-1)?.text ?? '')).status).toBe(400)
    expect(xmpp.accounts.has('zoë')).toBe(false)
  })

  test.each<[string, (state: string) => string | undefined]>([
    ['missing', () => undefined],
    ['changed', state => state.replace(/.$/, last => (last === 'A' ? 'B' : 'A'))],
    ['made up', () => 'Fe26.2**0f1e2d3c'],
  ])('a sign-up is refused without asking the server when the state of its form is %s', async (_what, change) => {
    const { formState } = (await client.call('POST /api/register/form')).body
    xmpp.reset()
    const { body } = await client.call('POST /api/register', { body: { ...wanted, formState: change(formState) } })
    expect(body.code).toBe('captcha-expired')
    expect(xmpp.requests).toEqual([])
  })

  test('a sign-up sends only the fields of the form to the server', async () => {
    const { status } = await register(client, { ...wanted, challenge: 'forged', from: 'forged', admin: 'forged' })
    expect(status).toBe(201)
    expect(xmpp.requests.filter(({ step }) => step === 'register')).toHaveLength(1)
    expect(JSON.stringify(xmpp.requests)).not.toContain('forged')
  })

  test('signing out everywhere works and signing up does not when registration is off', async () => {
    const closed = appOn(xmpp, { XMPP_REGISTRATION: 'off' })
    const program = new ApiClient(closed.app)
    await program.login('user1', 'user1')
    expect((await program.call('POST /api/register/form')).status).toBe(404)
    const { status } = await program.call('POST /api/account/sign-out-everywhere', { body: { password: 'user1' } })
    expect(status).toBe(204)
    await closed.app.close()
  })
})

describe('errors', () => {
  test('an error contains the id of its log entry, and not its reason', async () => {
    const token = await client.token()
    xmpp.fault({ on: 'auth', reply: { status: 502, body: '<h1>internal-gateway-17</h1>' } })
    const body = { username: 'user1', password: 'the password typed' }
    const answer = await client.call('POST /api/login', { token, body })
    expect(answer.status).toBe(502)
    expect(answer.text).not.toMatch(/ERR_|internal-gateway-17|127\.0\.0\.1|node_modules/)
    const failures = on.logged.filter(({ level }) => level === 'error')
    expect(failures).toEqual([
      expect.objectContaining({
        req: { id: answer.body.requestId, method: 'POST', path: '/api/login' },
        code: 'ERR_XMPP_HTTP',
      }),
    ])
    const written = JSON.stringify(on.logged)
    for (const secret of [token, body.password]) expect(written).not.toContain(secret)
  })

  test.each([
    ['GET', '/api'],
    ['GET', '/api/nothing-here'],
    ['GET', '/api/login'],
    ['POST', '/api/me'],
    ['PUT', '/api/account'],
  ])('%s %s is not an operation and gets a 404 problem', async (method, path) => {
    const answer = await client.visitor[method.toLowerCase() as 'get' | 'post' | 'put'](path)
    expect(answer.status).toBe(404)
    expect(answer.type).toBe('application/problem+json')
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'about:blank', title: 'Not Found', code: 'not-found' })
  })
})

test('answers forbid caching and rendering as a page', async () => {
  const { headers } = await client.call('GET /api/csrf')
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['content-security-policy']).toContain("default-src 'none'")
})
