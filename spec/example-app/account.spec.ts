import { Authenticator, type LoginContext, Registration } from 'passport-xmpp-bosh'
import type { App } from '../../example-app/app'
import type { FaultReply } from '../../lib/testing/faults/faults'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import type { Stores } from '../../login-site/stores/stores'
import { appOn, INLINE, noticeIn, send, sessionIn, signIn, tokenIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let app: App
let stores: Stores
let visitor: Visitor
let elsewhere: Visitor
/** session cookie of `visitor` */
let before: string | undefined

beforeAll(async () => {
  xmpp = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: 'user1', user2: 'user2' },
    registration: 'open',
  })
})

beforeEach(async () => {
  xmpp.reset()
  ;({ app, stores } = appOn(xmpp, { XMPP_REGISTRATION: 'on' }))
  visitor = visitorOf(app)
  elsewhere = visitorOf(app)
  before = sessionIn(await signIn(visitor, 'user1', 'user1'))
  await signIn(elsewhere, 'user1', 'user1')
})

afterEach(() => app.close())
afterAll(() => xmpp.close())

/** Page that shows a form. */
const CONFIRM = '/account/delete/confirm'
const pageOf = (form: string) => (form === 'delete' ? CONFIRM : '/account')

const change = (password: string, newPassword: string) =>
  send(visitor, '/account', '/account/password', { password, newPassword })
const signOutEverywhere = (password: string) => send(visitor, '/account', '/account/sign-out-everywhere', { password })
const remove = (password: string) => send(visitor, CONFIRM, '/account/delete', { password })
const isSignedIn = async (visitor: Visitor) => !(await visitor.get('/')).text.includes('hello world')

const FORMS = ['password', 'sign-out-everywhere', 'delete']

test('the account page names the account and marks its fields for password managers', async () => {
  const { text } = await visitor.get('/account').expect(200)
  expect(text).toContain('user1@localhost')
  expect(text.match(/type="password"[^>]* autocomplete="current-password"/g)).toHaveLength(2)
  expect(text.match(/autocomplete="new-password"/g)).toHaveLength(1)
  expect(text.match(/autocomplete="username"[^>]* hidden/g)).toHaveLength(2)
  const ids = [...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id)
  expect(new Set(ids).size).toBe(ids.length)
  expect(text).not.toMatch(INLINE)
})

test.each(['on', 'off'])(
  'each operation on accounts names the visitor to the library (XMPP_FORWARD_CLIENT_IP=%s)',
  async forward => {
    const own = appOn(xmpp, { XMPP_REGISTRATION: 'on', XMPP_FORWARD_CLIENT_IP: forward }).app
    const contexts: unknown[] = []
    const spies = [
      jest.spyOn(Authenticator.prototype, 'authenticate'),
      jest.spyOn(Registration.prototype, 'form'),
      jest.spyOn(Registration.prototype, 'submit'),
      jest.spyOn(Registration.prototype, 'changePassword'),
      jest.spyOn(Registration.prototype, 'remove'),
    ]
    try {
      visitor = visitorOf(own)
      await send(visitor, '/register', '/register', { username: 'user9', password: 'user9-secret' })
      await signIn(visitor, 'user9', 'user9-secret')
      await change('user9-secret', 'user9-changed')
      await signOutEverywhere('user9-changed')
      await signIn(visitor, 'user9', 'user9-changed')
      await remove('user9-changed')
      for (const { mock } of spies) {
        expect(mock.calls.length).toBeGreaterThan(0)
        contexts.push(...mock.calls.map(call => call.at(-1)))
      }
    } finally {
      for (const spy of spies) spy.mockRestore()
      await own.close()
    }

    expect(contexts.filter(context => !/127\.0\.0\.1$/.test((context as LoginContext).key ?? ''))).toEqual([])
  },
)

test('the account page redirects to the login page when the visitor is not signed in', async () => {
  const stranger = visitorOf(app)
  for (const path of ['/account', '/account/password']) {
    await stranger.get(path).expect(303).expect('Location', '/login?returnTo=%2Faccount')
  }
  for (const form of FORMS) await stranger.post(`/account/${form}`).expect(303)
  expect(noticeIn((await stranger.get('/login')).text)).toBeUndefined()
  const { text } = await stranger.get('/login?returnTo=%2Faccount')
  await stranger
    .post('/login')
    .type('form')
    .send({ _csrf: tokenIn(text), username: 'user1', password: 'user1', returnTo: '/account' })
    .expect('Location', '/account')
})

test.each(FORMS)('the form %s is refused and changes nothing when the token is missing', async form => {
  xmpp.reset()
  const fields = { password: 'user1', newPassword: 'another' }
  const answer = await visitor.post(`/account/${form}`).type('form').send(fields).expect(403)
  const again = form === 'delete' ? CONFIRM : `/account?open=${form}`
  expect(answer.text).toContain(`href="${again}">Reload the form<`)
  expect(xmpp.requests).toEqual([])
  expect(await isSignedIn(elsewhere)).toBe(true)
})

test.each(FORMS)('the form %s shows a message and changes nothing when the password is wrong', async form => {
  const answer = await send(visitor, pageOf(form), `/account/${form}`, {
    password: 'my-secret',
    newPassword: 'another',
  })
  expect(answer.status).toBe(303)
  expect(answer.headers['location']).toBe(pageOf(form))
  const { text } = await visitor.get(pageOf(form))
  const field = `<input id="${form}-current" aria-invalid="true" aria-describedby="notice"`
  expect(text).toMatch(
    new RegExp(`role="alert">That is not your password\\.</p><div class="entry">${field}[^>]* autofocus`),
  )
  expect(text.match(/aria-invalid/g)).toHaveLength(1)
  expect(text.match(/role="alert"/g)).toHaveLength(1)
  expect(text).toMatch(/<title>Error: (Your account|Delete account: confirm) · Example app<\/title>/)
  expect(text).not.toContain('my-secret')
  expect(noticeIn((await visitor.get(pageOf(form))).text)).toBeUndefined()
  expect(await isSignedIn(visitor)).toBe(true)
  expect(await isSignedIn(elsewhere)).toBe(true)
  expect((await signIn(visitorOf(app), 'user1', 'user1')).headers['location']).toBe('/')
})

test.each(FORMS)('the form %s shows a message when the body is not a form', async form => {
  const { text } = await visitor.get(pageOf(form))
  await visitor.post(`/account/${form}`).set('X-CSRF-Token', tokenIn(text)).type('text').send('x').expect(303)
  expect(noticeIn((await visitor.get(pageOf(form))).text)).toBe('Please fill in all required fields.')
})

describe('changing the password', () => {
  test('a password change gives this session another id and ends the others', async () => {
    const answer = await change('user1', 'another')
    expect(answer.headers['location']).toBe('/account')
    expect(sessionIn(answer)).toBeDefined()
    expect(sessionIn(answer)).not.toBe(before)
    expect((await visitor.get('/account')).text).toContain('role="status">Your password has been changed.')
    expect(await isSignedIn(visitor)).toBe(true)
    expect((await visitor.get('/api/me')).body.mechanism).toMatch(/^SCRAM-SHA-\d+$/)
    expect(await isSignedIn(elsewhere)).toBe(false)
  })

  test('the new password is right and the old one wrong after a password change', async () => {
    await change('user1', 'another')
    expect((await signIn(visitorOf(app), 'user1', 'another')).headers['location']).toBe('/')
    expect((await signIn(visitorOf(app), 'user1', 'user1')).headers['location']).toBe('/login')
  })

  test('the earlier session cookie is worthless after a password change', async () => {
    expect((await visitorOf(app).get('/').set('Cookie', `session=${before}`)).text).toContain('hello user1')
    await change('user1', 'another')
    const { text } = await visitorOf(app).get('/').set('Cookie', `session=${before}`)
    expect(text).toContain('hello world')
  })

  test.each<[string, string, FaultReply | undefined, string]>([
    ['weak', 'x', { stanzaError: 'not-acceptable' }, 'does not accept this password'],
    ['of control characters', 'a\u0007b', undefined, 'cannot be used'],
    ['too long', 'x'.repeat(2_000), undefined, 'cannot be used'],
    ['missing', '', undefined, 'fill in all required fields'],
    ['not allowed by the server', 'another', { stanzaError: 'not-allowed' }, 'does not allow this'],
    ['one request too many', 'another', { stanzaError: 'resource-constraint' }, 'too many requests'],
  ])(
    'a new password that is %s is refused beside the form and ends no session',
    async (_what, newPassword, reply, message) => {
      if (reply) xmpp.fault({ on: 'register', reply })
      await change('user1', newPassword)
      const { text } = await visitor.get('/account')
      expect(noticeIn(text)).toContain(message)
      expect(text).toMatch(
        /<details class="row" id="password"[^>]* open(?:="open")?>.*role="alert".*id="sign-out-everywhere"/,
      )
      expect(await isSignedIn(elsewhere)).toBe(true)
    },
  )

  test('a password change says that its outcome is unknown, on a page without a menu, when the answer is lost', async () => {
    xmpp.fault({ on: 'register', reply: 'not-xml' })
    const { status, text } = await change('user1', 'another')
    expect(status).toBe(502)
    expect(text).toContain('It is unknown if this took effect')
    expect(text).not.toContain('Menu of user1')
    expect(await isSignedIn(visitor)).toBe(false)
  })

  test('a password change shows the error page and ends no session when the server is down', async () => {
    xmpp.fault({ on: 'create', reply: { status: 503 } })
    expect((await change('user1', 'another')).status).toBe(502)
    expect(await isSignedIn(visitor)).toBe(true)
    expect(await isSignedIn(elsewhere)).toBe(true)
  })
})

describe('signing out everywhere', () => {
  test('signing out everywhere ends all sessions of the account and no others', async () => {
    const other = visitorOf(app)
    await signIn(other, 'user2', 'user2')
    const answer = await signOutEverywhere('user1')
    expect(answer.headers['location']).toBe('/login')
    expect(noticeIn((await visitor.get('/login')).text)).toBe('You are signed out everywhere.')
    expect(await isSignedIn(visitor)).toBe(false)
    expect(await isSignedIn(elsewhere)).toBe(false)
    expect(await isSignedIn(other)).toBe(true)
  })

  test('another session of the account is told once that it has ended, and its login leads to the requested page', async () => {
    await signOutEverywhere('user1')
    await elsewhere.get('/account').expect(303).expect('Location', '/login?returnTo=%2Faccount')
    const { text } = await elsewhere.get('/login?returnTo=%2Faccount')
    expect(noticeIn(text)).toBe('Your session has ended. Please sign in again.')
    expect(text).toContain('name="returnTo" value="/account"')
    expect(noticeIn((await elsewhere.get('/login')).text)).toBeUndefined()
    await signIn(elsewhere, 'user1', 'user1')
    expect(await isSignedIn(elsewhere)).toBe(true)
  })
})

describe('an uncertain password change', () => {
  test.each<[string, FaultReply]>([
    ['is lost', 'reset'],
    ['cannot be read', 'not-xml'],
    ['ends the BOSH session', 'terminate'],
  ])('a password change ends all sessions when the answer %s', async (_, reply) => {
    xmpp.fault({ on: 'register', reply, times: 2 })
    expect((await change('user1', 'a better one')).status).toBeGreaterThanOrEqual(500)
    expect(await isSignedIn(elsewhere)).toBe(false)
    expect(await isSignedIn(visitor)).toBe(false)
  })

  test('a login with the old password is signed out when the password changes before it is complete', async () => {
    const late = visitorOf(app)
    const changed = (body: string) => {
      xmpp.accounts.changePassword('user1', 'a better one')
      void stores.revocations.revoke('user1@localhost')
      return body
    }
    xmpp.fault({ on: 'bind', reply: { rewrite: changed } })
    await signIn(late, 'user1', 'user1')
    expect(await isSignedIn(late)).toBe(false)
    await signIn(late, 'user1', 'a better one')
    expect(await isSignedIn(late)).toBe(true)
  })
})

describe('deleting the account', () => {
  test('deleting the account removes it, ends all its sessions, and shows a message on the start page', async () => {
    const answer = await remove('user1')
    expect(answer.headers['location']).toBe('/')
    const { text } = await visitor.get('/')
    expect(noticeIn(text)).toBe('The account user1@localhost has been deleted.')
    expect(text).toContain('hello world')
    expect(await isSignedIn(elsewhere)).toBe(false)
    expect(xmpp.accounts.has('user1')).toBe(false)
  })

  test('the next owner of a deleted name is in none of the old sessions', async () => {
    await remove('user1')
    xmpp.accounts.add('user1', 'another password')
    const next = visitorOf(app)
    await signIn(next, 'user1', 'another password')
    expect(await isSignedIn(next)).toBe(true)
    expect(await isSignedIn(elsewhere)).toBe(false)
  })

  test('a session that begins during the removal of its account ends when the account is removed', async () => {
    const late = visitorOf(app)
    const { revocations } = stores
    const revoke = revocations.revoke.bind(revocations)
    jest.spyOn(revocations, 'revoke').mockImplementationOnce(async jid => {
      const ended = await revoke(jid)
      expect((await signIn(late, 'user1', 'user1')).headers['location']).toBe('/')
      expect(await isSignedIn(late)).toBe(true)
      return ended
    })
    await remove('user1')
    expect(await isSignedIn(late)).toBe(false)
  })

  test('this session alone goes on when the server refuses to remove the account', async () => {
    xmpp.fault({ on: 'remove', reply: { stanzaError: 'not-allowed' } })
    await remove('user1')
    expect(noticeIn((await visitor.get(CONFIRM)).text)).toContain('does not allow this')
    expect(await isSignedIn(visitor)).toBe(true)
    expect(await isSignedIn(elsewhere)).toBe(false)
  })

  test.each([
    ['resource-constraint', 'too many requests'],
    ['not-allowed', 'does not allow this'],
  ])(
    'a removal shows its refusal beside the form and keeps the visitor signed in when the server answers %s',
    async (condition, text) => {
      xmpp.fault({ on: 'remove', reply: { stanzaError: condition } })
      await remove('user1')
      expect(noticeIn((await visitor.get(CONFIRM)).text)).toContain(text)
      expect(await isSignedIn(visitor)).toBe(true)
    },
  )

  test('this session ends too when a removal is refused and all sessions are revoked meanwhile', async () => {
    const { revocations } = stores
    const revoke = revocations.revoke.bind(revocations)
    jest.spyOn(revocations, 'revoke').mockImplementationOnce(async jid => {
      const ours = await revoke(jid)
      await revoke(jid)
      return ours
    })
    xmpp.fault({ on: 'remove', reply: { stanzaError: 'resource-constraint' } })
    await remove('user1')
    expect(await isSignedIn(visitor)).toBe(false)
  })

  test('a removal shows the error page and ends all sessions when its outcome is unknown', async () => {
    const rewrite = () => {
      xmpp.fault({ on: 'create', reply: { status: 503 } }) // the look whether the account is gone
      return 'no XML'
    }
    xmpp.fault({ on: 'remove', reply: { rewrite } })
    const { status, text } = await remove('user1')
    expect(status).toBe(502)
    expect(text).toContain('It is unknown if this took effect')
    expect(text).not.toContain('Menu of user1')
    expect(await isSignedIn(visitor)).toBe(false)
    expect(await isSignedIn(elsewhere)).toBe(false)
  })
})
