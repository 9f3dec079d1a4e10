import type { App } from '../../example-app/app'
import type { FaultReply } from '../../lib/testing/faults/faults'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { appOn, hiddenIn, INLINE, noticeIn, send, signIn, tokenIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let app: App
let visitor: Visitor

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' }, registration: 'captcha' })
})

beforeEach(() => {
  xmpp.reset()
  app = appOn(xmpp, { XMPP_REGISTRATION: 'on' }).app
  visitor = visitorOf(app)
})

afterEach(() => app.close())
afterAll(() => xmpp.close())

const ocr = () => xmpp.captchas.at(-1)?.text ?? ''

/** Opens the page, reads the picture and sends the form. */
async function signUp(fields: Record<string, string> = {}, by = visitor) {
  const { text } = await by.get('/register')
  return by
    .post('/register')
    .type('form')
    .send({ ...hiddenIn(text), username: 'carol', password: 'a good one', ocr: ocr(), ...fields })
}

const submitted = () => xmpp.requests.filter(({ step }) => step === 'register')

describe('the sign-up page', () => {
  test('a picture at an address is shown when its host is allowed, and no other host is', async () => {
    const address = 'https://captcha.example.com/x.png'
    const elsewhere = (body: string) => body.replace(/cid:[^<]*/, address).replace(/<data [^>]*>[^<]*<\/data>/, '')
    const allowing = appOn(xmpp, { XMPP_REGISTRATION: 'on', XMPP_CAPTCHA_HOSTS: 'Captcha.EXAMPLE.com:443' }).app
    xmpp.fault({ on: 'form', reply: { rewrite: elsewhere } })
    const { text, headers } = await visitorOf(allowing).get('/register').expect(200)
    await allowing.close()

    expect(text).toContain(`<img class="captcha" src="${address}"`)
    expect(headers['content-security-policy']).toContain("img-src 'self' data: https://captcha.example.com;")
    xmpp.fault({ on: 'form', reply: { rewrite: elsewhere } })
    expect((await visitor.get('/register')).status).toBe(502)
  })

  test('the sign-up page has the picture, and a label and hints for every field', async () => {
    const { text, headers } = await visitor.get('/register').expect(200)
    for (const [id, label] of [
      ['username', 'User name'],
      ['password', 'Password'],
      ['field-2', 'Characters in the picture'],
    ]) {
      expect(text).toContain(`<label for="${id}">${label}</label>`)
      const described = id === 'username' ? 'username-domain' : `${id}-hint`
      expect(text).toMatch(new RegExp(`<input id="${id}"[^>]* aria-describedby="${described}"`))
      expect(text).toMatch(new RegExp(`<(?:p class="hint"|bdi class="domain") id="${described}"`))
    }
    expect(text).toMatch(/<input id="username"[^>]* autocomplete="username"[^>]* required/)
    expect(text).toMatch(/<input id="password"[^>]* type="password"[^>]* autocomplete="new-password"/)
    expect(text).toMatch(/<input id="field-2"[^>]* name="ocr"[^>]* autocomplete="off"/)
    expect(text).toMatch(/<img class="captcha" src="data:image\/png;base64,[A-Za-z0-9+/=]+" alt="[^"]{20,}"/)
    expect(headers['content-security-policy']).toContain("img-src 'self' data:;")
    expect(headers['cache-control']).toBe('no-store')
    expect(text).not.toMatch(INLINE)
  })

  test('other pages allow no inline pictures', async () => {
    for (const path of ['/', '/login', '/account', '/nothing-here']) {
      expect((await visitor.get(path)).headers['content-security-policy']).toContain("img-src 'self';")
    }
  })

  test('the sign-up page does not contain the state of the captcha', async () => {
    const { text } = await visitor.get('/register')
    expect(text).not.toContain(xmpp.captchas.at(-1)?.challenge ?? 'no captcha')
    expect(text).not.toContain(ocr())
    expect(text).not.toContain('captcha-fallback')
  })

  test('the sign-up page is linked from the start page and the login page', async () => {
    for (const path of ['/', '/login']) expect((await visitor.get(path)).text).toContain('href="/register"')
  })

  test('the sign-up page redirects to the start page when the visitor is signed in', async () => {
    await signIn(visitor, 'user1', 'user1')
    await visitor.get('/register').expect(303).expect('Location', '/')
    await visitor.post('/register').expect(303).expect('Location', '/')
  })
})

test('the right answer creates the account and signs in to it', async () => {
  const answer = await signUp()
  expect(answer.status).toBe(303)
  expect(answer.headers['location']).toBe('/')
  const { text } = await visitor.get('/')
  expect(noticeIn(text)).toBe('Your account carol@localhost is ready, and you are signed in.')
  expect(text).toContain('hello carol')
})

describe('a sign-up on the way to a page', () => {
  const WAY = '/register?returnTo=%2Faccount'

  test('the links between sign-in and sign-up keep the page', async () => {
    const { text } = await visitor.get('/login?returnTo=%2Faccount')
    expect(text).toContain(`href="${WAY}"`)
    expect((await visitor.get(WAY)).text).toContain('href="/login?returnTo=%2Faccount"')
  })

  test('the sign-up leads to the page', async () => {
    const { text } = await visitor.get(WAY)
    const fields = { username: 'carol', password: 'a good one', ocr: ocr() }
    const answer = await visitor
      .post('/register')
      .type('form')
      .send({ ...hiddenIn(text), ...fields })
    expect(answer.headers['location']).toBe('/account')
    expect(submitted().at(-1)?.body).not.toContain('returnTo')
  })

  test('a refused sign-up shows the form again, and still leads to the page', async () => {
    const { text } = await visitor.get(WAY)
    const fields = { username: 'carol', password: 'a good one', ocr: 'wrong' }
    const answer = await visitor
      .post('/register')
      .type('form')
      .send({ ...hiddenIn(text), ...fields })
    expect(answer.headers['location']).toBe(WAY)
  })

  test('a path to another site leads to the start page', async () => {
    const { text } = await visitor.get('/register?returnTo=%2F%2Fevil.example')
    expect(text).not.toMatch(/evil|_returnTo/)
  })
})

test('the login page says that the account is ready when it cannot be signed in to', async () => {
  xmpp.fault({ on: 'auth', reply: { status: 503 } })
  const answer = await signUp()
  expect(answer.headers['location']).toBe('/login')
  const { text } = await visitor.get('/login')
  expect(noticeIn(text)).toBe('Your account carol@localhost is ready. Sign in with it.')
  expect(text).toContain('value="carol"')
  expect(text).not.toContain('a good one')
  await signIn(visitor, 'carol', 'a good one')
  expect((await visitor.get('/')).text).toContain('hello carol')
})

test.each<[string, Record<string, string>, string, string]>([
  ['no answer', { ocr: '' }, 'fill in all required fields', 'field-2'],
  ['no name', { username: ' ' }, 'fill in all required fields', 'username'],
  ['no password', { password: '' }, 'fill in all required fields', 'password'],
  ['a short password', { password: 'seven77' }, 'at least 8 characters', 'password'],
  ['the name as password', { username: 'Carol-Anne', password: 'carol-anne' }, 'differ from the user name', 'password'],
  ['two passwords that differ', { passwordAgain: 'a good two' }, 'are not the same', 'password'],
])('a sign-up with %s gets the same picture and name again, and the captcha stays valid', async (...row) => {
  const [, fields, message, blamed] = row
  const picture = (page: string) => /src="data:image\/png;base64,([^"]+)"/.exec(page)?.[1]
  const { text: first } = await visitor.get('/register')
  const sent = { username: 'carol', password: 'a good one', ocr: ocr(), ...fields }
  const { text } = await visitor
    .post('/register')
    .type('form')
    .send({ ...hiddenIn(first), ...sent })
    .expect(422)
  expect(noticeIn(text)).toContain(message)
  expect(text).toContain('<title>Error: Sign up · Example app</title>')
  expect(picture(first)).toBeDefined()
  expect(picture(text)).toBe(picture(first))
  expect(text).toContain(`value="${sent.username}"`)
  const invalid = [...text.matchAll(/<input id="([^"]+)"[^>]* aria-invalid="true"/g)].map(([, id]) => id)
  expect(invalid).toEqual([blamed])
  expect(submitted()).toEqual([])
  const corrected = { username: 'carol', password: 'a good one', ocr: ocr() }
  const answer = await visitor
    .post('/register')
    .type('form')
    .send({ ...hiddenIn(text), ...corrected })
  expect(answer.headers['location']).toBe('/')
  expect(xmpp.accounts.has('carol')).toBe(true)
})

test('a mistake brings a new picture when the old one does not come back with the form', async () => {
  const { text } = await visitor.get('/register')
  const fields = { ...hiddenIn(text), _picture: 'AAAA', username: 'carol', password: 'short', ocr: ocr() }
  await visitor.post('/register').type('form').send(fields).expect(303).expect('Location', '/register')
  const { text: next } = await visitor.get('/register')
  expect(noticeIn(next)).toContain('at least 8 characters')
  expect(next).not.toContain('base64,AAAA')
})

test('two tabs have two sign-up forms', async () => {
  const { text: first } = await visitor.get('/register')
  const answer = ocr()
  await visitor.get('/register')
  const fields = { ...hiddenIn(first), username: 'carol', password: 'a good one', ocr: answer }
  await visitor.post('/register').type('form').send(fields).expect('Location', '/')
  expect(xmpp.accounts.has('carol')).toBe(true)
})

test.each<[string, FaultReply | undefined, Record<string, string>, string, string]>([
  ['a wrong answer', undefined, { ocr: 'x' }, 'answer to the picture or question is wrong', 'field-2'],
  ['a name that is taken', undefined, { username: 'user1' }, 'This user name is taken', 'username'],
  ['a name with a no-break space', undefined, { username: 'a\u00a0b' }, 'cannot be used', ''],
  ['a name of another domain', undefined, { username: 'carol@evil.example' }, 'cannot be used', ''],
  ['a password with a control character', undefined, { password: 'a\u0007b-secret' }, 'cannot be used', ''],
  ['a weak password', { stanzaError: 'policy-violation' }, {}, 'does not accept this password', 'password'],
  [
    'one account too many',
    { stanzaError: 'resource-constraint' },
    {},
    'Too many accounts were requested from your address',
    '',
  ],
  ['a server that accepts no new accounts', { stanzaError: 'forbidden' }, {}, 'accepts no new accounts', ''],
])('a sign-up with %s gets its own message and a new form with the name, never the password', async (...row) => {
  const [, reply, fields, message, blamed] = row
  if (reply) xmpp.fault({ on: 'register', reply })
  const answer = await signUp({ password: 'my-secret', ...fields })
  expect(answer.status).toBe(303)
  expect(answer.headers['location']).toBe('/register')
  const old = ocr()

  const { text } = await visitor.get('/register')
  expect(noticeIn(text)).toContain(message)
  expect(text).toContain('<title>Error: Sign up · Example app</title>')
  expect(text).not.toContain('my-secret')
  const invalid = [...text.matchAll(/<input id="([^"]+)"[^>]* aria-invalid="true"/g)].map(([, id]) => id)
  expect(text).toMatch(/<form.*role="alert".*<\/form>/)
  expect(text).toContain(`value="${fields['username'] ?? 'carol'}"`)
  expect(invalid).toEqual(blamed === '' ? [] : [blamed])
  expect(ocr()).not.toBe(old)
  expect(noticeIn((await visitor.get('/register')).text)).toBeUndefined()
})

test('a sign-up gets its own message and no new form when the server bans the address', async () => {
  xmpp.fault({ on: 'register', reply: { streamError: 'policy-violation' } })
  await signUp()
  const { text } = await visitor.get('/register').expect(503)
  expect(noticeIn(text)).toContain('accepts no more attempts')
  expect(text).not.toContain('<form')
})

test('an answer after two minutes is refused without asking the server', async () => {
  const { text } = await visitor.get('/register')
  const late = Date.now() + 116_000
  const clock = jest.spyOn(Date, 'now').mockReturnValue(late)
  const fields = { ...hiddenIn(text), username: 'carol', password: 'a good one', ocr: ocr() }
  await visitor.post('/register').type('form').send(fields).expect(303).expect('Location', '/register')
  clock.mockRestore()
  expect(noticeIn((await visitor.get('/register')).text)).toContain('has expired')
  expect(submitted()).toEqual([])
})

test('a sign-up form accepts one answer even if it is sent twice', async () => {
  const { text } = await visitor.get('/register')
  const fields = { ...hiddenIn(text), password: 'a good one', ocr: ocr() }
  await visitor
    .post('/register')
    .type('form')
    .send({ ...fields, username: 'carol' })
  await visitor
    .post('/register')
    .type('form')
    .send({ ...fields, username: 'dave' })
    .expect('Location', '/')
  const other = visitorOf(app)
  const page = await other.get('/login')
  await other
    .post('/register')
    .type('form')
    .send({ ...fields, ...hiddenIn(page.text), username: 'erin' })
    .expect('Location', '/register')
  expect(xmpp.accounts.has('carol')).toBe(true)
  expect(xmpp.accounts.has('dave')).toBe(false)
  expect(xmpp.accounts.has('erin')).toBe(false)
})

test('a sign-up without a form is refused without asking the server', async () => {
  const { text } = await visitor.get('/login')
  const fields = { ...hiddenIn(text), username: 'carol', password: 'a good one', ocr: '1' }
  await visitor.post('/register').type('form').send(fields).expect(303).expect('Location', '/register')
  expect(xmpp.requests).toEqual([])
  // Names no time: a form without a captcha is valid for longer than one with it.
  const page = await visitor.get('/register')
  expect(noticeIn(page.text)).toBe('The form has expired. Please fill in the new one.')
})

describe('a new picture', () => {
  test('a new picture keeps the name and shows no message', async () => {
    const answer = await send(visitor, '/register', '/register/picture', { username: 'carol', password: 'my-secret' })
    expect(answer.status).toBe(303)
    expect(answer.headers['location']).toBe('/register')
    const { text } = await visitor.get('/register')
    expect(text).toContain('value="carol"')
    expect(text).not.toContain('my-secret')
    expect(noticeIn(text)).toBeUndefined()
    expect(xmpp.captchas).toHaveLength(2)
  })

  test('a new picture is refused when the token is missing', async () => {
    await visitor.get('/register')
    const answer = await visitor.post('/register/picture').type('form').send({ username: 'carol' }).expect(403)
    expect(answer.text).toContain('href="/register">Reload the form<')
  })
})

test('a sign-up without the token is refused without asking the server', async () => {
  await visitor.get('/register')
  const fields = { username: 'carol', password: 'a good one', ocr: ocr() }
  await visitor.post('/register').type('form').send(fields).expect(403)
  expect(submitted()).toEqual([])
})

test('a sign-up shows a message when the body is not a form', async () => {
  const { text } = await visitor.get('/register')
  await visitor.post('/register').set('X-CSRF-Token', tokenIn(text)).type('text').send('x').expect(303)
  expect(noticeIn((await visitor.get('/register')).text)).toContain('has expired')
})

describe('a missing form', () => {
  test.each<[string, FaultReply, number, string]>([
    ['accepts no new accounts', { stanzaError: 'service-unavailable' }, 403, 'accepts no new accounts'],
    ['drew too many pictures', { stanzaError: 'resource-constraint' }, 429, 'Too many accounts'],
    ['bans the address', { streamError: 'policy-violation' }, 503, 'accepts no more attempts'],
  ])('the sign-up page shows a message and no form when the server %s', async (_what, reply, status, message) => {
    xmpp.fault({ on: 'form', reply })
    const { text } = await visitor.get('/register').expect(status)
    expect(noticeIn(text)).toContain(message)
    expect(text).not.toContain('<form')
    expect(text).toContain('href="/login"')
  })

  test('the sign-up page shows a message when the server refuses a new picture', async () => {
    await send(visitor, '/register', '/register/picture', { username: 'carol' })
    xmpp.fault({ on: 'form', reply: { stanzaError: 'resource-constraint' } })
    expect(noticeIn((await visitor.get('/register').expect(429)).text)).toContain('Too many accounts')
  })

  test('the sign-up page shows the error page when the server is down', async () => {
    xmpp.fault({ on: 'create', reply: { status: 503 } })
    const { text } = await visitor.get('/register').expect(502)
    expect(text).toContain('Please try again in a few minutes.')
  })

  test('a sign-up shows the error page and logs no password when the answer of the server is not XML', async () => {
    const { app: own, logged } = appOn(xmpp, { XMPP_REGISTRATION: 'on' })
    const guest = visitorOf(own)
    await guest.get('/register')
    xmpp.fault({ on: 'register', reply: 'not-xml' })
    const answer = await signUp({ password: 'my-secret' }, guest)
    expect(answer.status).toBe(502)
    expect(JSON.stringify(logged)).toContain('ERR_XMPP_PROTOCOL')
    expect(JSON.stringify(logged)).not.toContain('my-secret')
    await own.close()
  })
})

test('the app has no sign-up page, and the account page only signs out everywhere, when XMPP_REGISTRATION is off', async () => {
  const { app: closed } = appOn(xmpp, { XMPP_REGISTRATION: 'off' })
  const guest = visitorOf(closed)
  await guest.get('/register').expect(404)
  await guest.post('/register').expect(404)
  for (const path of ['/', '/login']) expect((await guest.get(path)).text).not.toContain('register')
  await signIn(guest, 'user1', 'user1')
  const { text } = await guest.get('/account').expect(200)
  expect(text).toContain('action="/account/sign-out-everywhere"')
  expect(text).not.toMatch(/action="\/account\/(password|delete)"/)
  for (const action of ['password', 'delete']) {
    expect((await send(guest, '/account', `/account/${action}`, { password: 'user1' })).status).toBe(404)
  }
  expect(xmpp.accounts.has('user1')).toBe(true)
  await closed.close()
})

test('the address of the visitor reaches the server with every operation when XMPP_FORWARD_CLIENT_IP is on', async () => {
  const { app: forwarding } = appOn(xmpp, {
    XMPP_REGISTRATION: 'on',
    XMPP_FORWARD_CLIENT_IP: 'on',
    TRUST_PROXY: 'loopback',
  })
  const guest = visitorOf(forwarding).set('X-Forwarded-For', '192.0.2.7')
  await signUp({}, guest)
  await signIn(guest, 'carol', 'a good one')
  await send(guest, '/account', '/account/password', { password: 'a good one', newPassword: 'a better one' })
  await send(guest, '/account', '/account/sign-out-everywhere', { password: 'a better one' })
  await signIn(guest, 'carol', 'a better one')
  await send(guest, '/account', '/account/delete', { password: 'a better one' })
  expect(new Set(xmpp.requests.map(({ step }) => step))).toContain('remove')
  for (const { headers } of xmpp.requests) expect(headers['x-forwarded-for']).toBe('192.0.2.7')
  await forwarding.close()
})

describe('a form of a hostile server', () => {
  const EVIL = '"><script>alert(1)</script>'
  const escaped = EVIL.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
  const inXml = escaped.replaceAll("'", '&apos;')

  function askFor(field: string, instructions = 'x') {
    const rewrite = (body: string) =>
      body
        .replace("<field var='username'", `${field}<field var='username'`)
        .replace(/<instructions>[^<]*/, `<instructions>${instructions}`)
    xmpp.fault({ on: 'form', reply: { rewrite }, times: 2 })
  }

  test('labels, instructions, names and choices of the server stay text', async () => {
    const choice = `<option label='${inXml}'><value>${inXml}</value></option>`
    askFor(
      `<field var='${inXml}' type='text-single' label='${inXml}'/><field var='list' type='list-single'>${choice}</field>
       <field var='check' type='boolean' label='${inXml}'/>`,
      inXml,
    )
    const { text } = await visitor.get('/register').expect(200)
    expect(text.split(escaped).length).toBeGreaterThan(6)
    expect(text).not.toMatch(INLINE)
    expect(text).toContain(`<p class="words">${escaped}</p>`)
  })

  test('the other fields of the form are shown and submitted', async () => {
    askFor("<field var='nick' type='text-single' label='Nick'/><field var='pin' type='text-private' label='PIN'/>")
    expect((await signUp({ nick: 'caz', pin: '1234' })).headers['location']).toBe('/')
    expect(submitted()[0]?.body).toMatch(/'nick'><value>caz<.*'pin'><value>1234</)
  })

  test('a field with the name of the CSRF token does not get the token', async () => {
    askFor("<field var='_csrf' type='text-single' label='Token'/>")
    const { text } = await visitor.get('/register')
    await signUp()
    expect(submitted()).toHaveLength(1)
    expect(submitted()[0]?.body).not.toContain(tokenIn(text))
  })

  test('a hidden field cannot be set by the visitor', async () => {
    await signUp({ from: 'evil.example', challenge: 'x', nick: 'caz' })
    expect(submitted()[0]?.body).not.toMatch(/evil\.example|<value>x<|caz/)
    expect(xmpp.accounts.has('carol')).toBe(true)
  })
})
