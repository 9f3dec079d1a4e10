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

/** Somebody else with a program, or the same person with another one. */
const another = () => new ApiClient(on.app)

async function isSignedIn(program: ApiClient): Promise<boolean> {
  return (await program.call('GET /api/me')).status === 200
}

describe('sessions', () => {
  test('signing in says who that is, and so does the next question', async () => {
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

  test('who signs in by a program is signed in on the pages', async () => {
    await client.login('user1', 'user1')
    expect((await client.visitor.get('/')).text).toContain('hello user1')
  })

  test('who signs in on the page is signed in for a program, until they sign out there', async () => {
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

  test('signing out takes the cookie away, and makes it worth nothing', async () => {
    const cookie = sessionIn(await client.login('user1', 'user1'))
    const { headers } = await client.call('POST /api/logout')
    expect(headers['set-cookie']).toEqual([
      'session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Lax',
    ])
    expect((await client.visitor.get('/')).text).toContain('hello world')
    const { status } = await another().visitor.get('/api/me').set('Cookie', `session=${cookie}`)
    expect(status).toBe(401)
  })

  test('a session planted before the login does not become the signed-in one, nor its token the new one', async () => {
    const before = await client.call('GET /api/csrf')
    const given = sessionIn(await client.login('user1', 'user1'))
    expect(given).toBeDefined()
    expect(given).not.toBe(sessionIn(before))
    const attacker = await another()
      .visitor.get('/api/me')
      .set('Cookie', `session=${sessionIn(before)}`)
    expect(attacker.status).toBe(401)
    const { status } = await client.call('POST /api/logout', { token: before.body.token })
    expect(status).toBe(403)
  })
})

describe('a login tells nobody more than the page does', () => {
  test('an unknown user, a disabled account and one that may not come in read as a wrong password does', async () => {
    const wrong = await client.login('user1', 'a wrong one')
    const unknown = await client.login('nobody', 'a wrong one')
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

  test('nor does a change of the account', async () => {
    await client.login('user1', 'user1')
    const sent = { body: { password: 'user1', newPassword: 'another' } }
    xmpp.accounts.disable('user1')
    const { status, body } = await client.call('POST /api/account/password', sent)
    expect(status).toBe(401)
    expect(body.code).toBe('invalid-credentials')
  })
})

describe('what another site can send', () => {
  const credentials = { username: 'user1', password: 'user1' }

  test.each([
    ['a made-up token', 'f'.repeat(64)],
    ['an empty one', ''],
  ])('%s: refused, and the server is not asked', async (_what, token) => {
    await client.call('GET /api/csrf')
    expect((await client.call('POST /api/login', { token, body: credentials })).status).toBe(403)
    expect(xmpp.requests).toEqual([])
  })

  test('the token of another session: refused', async () => {
    await client.call('GET /api/csrf')
    const token = await another().token()
    expect((await client.call('POST /api/login', { token, body: credentials })).status).toBe(403)
  })

  test('the token in the body, or in the address, where a form can put it: refused', async () => {
    const token = await client.token()
    const inBody = await client.call('POST /api/login', { token: null, body: { ...credentials, _csrf: token } })
    expect(inBody.status).toBe(403)
    const inAddress = await client.visitor.post(`/api/login?_csrf=${token}`).send(credentials)
    expect(inAddress.status).toBe(403)
    expect(xmpp.requests).toEqual([])
  })
})

test('wrong passwords on the page and here are counted together, and then the right one is not tried', async () => {
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

  test('another password: this session goes on under a new id, all others are over', async () => {
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

  test('a wrong password changes nothing', async () => {
    const body = { password: 'a wrong one', newPassword: NEW_PASSWORD }
    for (const name of ['POST /api/account/password', 'POST /api/account/sign-out-everywhere', 'DELETE /api/account']) {
      expect((await client.call(name, { body })).status).toBe(401)
    }
    expect(await isSignedIn(client)).toBe(true)
    expect(await isSignedIn(elsewhere)).toBe(true)
    expect((await another().login('user1', 'user1')).status).toBe(200)
  })

  test('signing out everywhere ends this session and the others, on the pages too', async () => {
    const { status } = await client.call('POST /api/account/sign-out-everywhere', { body: { password: 'user1' } })
    expect(status).toBe(204)
    expect(await isSignedIn(client)).toBe(false)
    expect((await elsewhere.visitor.get('/')).text).toContain('hello world')
    expect((await client.login('user1', 'user1')).status).toBe(200)
  })

  test("deleted: no session is left of it, and none comes back when the name is somebody else's", async () => {
    expect((await client.call('DELETE /api/account', { body: { password: 'user1' } })).status).toBe(204)
    expect((await another().login('user1', 'user1')).status).toBe(401)
    const { status } = await register(another(), { username: 'user1', password: NEW_PASSWORD })
    expect(status).toBe(201)
    expect(await isSignedIn(client)).toBe(false)
    expect(await isSignedIn(elsewhere)).toBe(false)
  })
})

/** Gets a form and hands it in, with what its picture says. */
async function register(program: ApiClient, fields: Record<string, string>) {
  await program.call('POST /api/register/form')
  const ocr = xmpp.captchas.at(-1)?.text ?? ''
  return program.call('POST /api/register', { body: { ocr, ...fields } })
}

describe('a new account', () => {
  const wanted = { username: 'Zoë', password: 'pä$$wörd €😀' }

  test('the form has its fields and its picture, and nothing of what stays in the session', async () => {
    const { body, text } = await client.call('POST /api/register/form')
    const names = body.fields.map(({ name }: { name: string }) => name)
    expect(names).toEqual(['username', 'password', 'ocr'])
    expect(body.captcha.answerField).toBe('ocr')
    expect(Buffer.from(body.captcha.data, 'base64').subarray(1, 4).toString()).toBe('PNG')
    const [captcha] = xmpp.captchas
    expect(captcha).toBeDefined()
    expect(text).not.toContain(captcha?.challenge)
  })

  test('filled in, it is an account that one can sign in with', async () => {
    const { body } = await register(client, wanted)
    expect(body).toEqual({ jid: 'zoë@localhost' })
    expect(await isSignedIn(client)).toBe(false)
    expect((await client.login('zoë', wanted.password)).body.jid).toBe('zoë@localhost')
  })

  test('a form is good for one answer', async () => {
    expect((await register(client, { ...wanted, ocr: 'something else' })).body.code).toBe('captcha-wrong')
    const ocr = xmpp.captchas.at(-1)?.text ?? ''
    const { body } = await client.call('POST /api/register', { body: { ...wanted, ocr } })
    expect(body.code).toBe('captcha-expired')
  })

  test("a form is the session's: nobody else can hand it in", async () => {
    await client.call('POST /api/register/form')
    const ocr = xmpp.captchas.at(-1)?.text ?? ''
    const { body } = await another().call('POST /api/register', { body: { ...wanted, ocr } })
    expect(body.code).toBe('captcha-expired')
  })

  test('what the form does not ask for is not sent', async () => {
    const { status } = await register(client, { ...wanted, challenge: 'forged', from: 'forged', admin: 'forged' })
    expect(status).toBe(201)
    expect(xmpp.requests.filter(({ step }) => step === 'register')).toHaveLength(1)
    expect(JSON.stringify(xmpp.requests)).not.toContain('forged')
  })

  test('without registration there is none, but one can still sign out everywhere', async () => {
    const closed = appOn(xmpp, { XMPP_REGISTRATION: 'off' })
    const program = new ApiClient(closed.app)
    await program.login('user1', 'user1')
    expect((await program.call('POST /api/register/form')).status).toBe(404)
    const { status } = await program.call('POST /api/account/sign-out-everywhere', { body: { password: 'user1' } })
    expect(status).toBe(204)
    await closed.app.close()
  })
})

describe('when something goes wrong', () => {
  test('the answer has the number under which the reason is in the log, and nothing of the reason', async () => {
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
    for (const secret of [token, body.password, sessionIn(answer) ?? token]) expect(written).not.toContain(secret)
  })

  test.each([
    ['GET', '/api'],
    ['GET', '/api/nothing-here'],
    ['GET', '/api/login'],
    ['POST', '/api/me'],
    ['PUT', '/api/account'],
  ])('%s %s is no operation: 404, for programs', async (method, path) => {
    const answer = await client.visitor[method.toLowerCase() as 'get' | 'post' | 'put'](path)
    expect(answer.status).toBe(404)
    expect(answer.type).toBe('application/problem+json')
    expect(JSON.parse(answer.text)).toMatchObject({ type: 'about:blank', title: 'Not Found', code: 'not-found' })
  })
})

test('answers are kept by no cache, and are no page', async () => {
  const { headers } = await client.call('GET /api/csrf')
  expect(headers['cache-control']).toBe('no-store')
  expect(headers['x-content-type-options']).toBe('nosniff')
  expect(headers['content-security-policy']).toContain("default-src 'none'")
})
