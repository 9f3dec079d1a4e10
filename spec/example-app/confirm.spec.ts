import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { endSessionsOf } from '../../login-site/sessions/end-all'
import {
  ACCOUNTS,
  ALICE,
  accountOf,
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
} from './confirming'
import { type AppOn, appOn, hiddenIn, noticeIn, send, signIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let on: AppOn
let visitor: Visitor
const opened: AppOn[] = []

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost', accounts: ACCOUNTS })
})

beforeEach(() => {
  xmpp.reset()
  xmpp.users.add(ALICE, { client: 'text' })
  on = openApp()
  visitor = visitorOf(on.app)
})

afterEach(async () => {
  for (const { app } of opened.splice(0)) await app.close()
})

afterAll(() => xmpp.close())

function openApp(env: Record<string, string> = {}): AppOn {
  const app = appOn(xmpp, { ...CONFIRM, ...env })
  opened.push(app)
  return app
}

describe('the login page', () => {
  test('the login page has no form for an XMPP app when no account asks', async () => {
    const { app } = openApp({ XMPP_CONFIRM_USERNAME: '', XMPP_CONFIRM_PASSWORD: '' })
    const { text } = await visitorOf(app).get('/login').expect(200)
    expect(text).not.toContain('/login/xmpp')
    await visitorOf(app).get('/login/xmpp/wait').expect(404)
    await visitorOf(app).get('/.well-known/xmpp-login').expect(404)
  })

  test('the login page and a well-known address name the account that asks', async () => {
    expect((await visitor.get('/login')).text).toContain(`<bdi class="jid" dir="ltr">${BOT}</bdi>`)
    const { body, headers } = await visitor.get('/.well-known/xmpp-login').expect(200)
    expect(body).toEqual({ jid: BOT })
    expect(headers['set-cookie']).toBeUndefined()
  })

  test.each([
    ['an address without a local part', '@localhost', 'This is not an XMPP address. It looks like alice@example.com.'],
    ['an account of another domain', 'bob@elsewhere.test', 'Accounts of this server cannot sign in here.'],
  ])('the login page refuses %s beside its form, and keeps it', async (_what, jid, notice) => {
    const { headers } = await begin(visitor, jid, { returnTo: '/account' })
    expect(headers['location']).toBe('/login?returnTo=%2Faccount')
    const { text } = await visitor.get('/login?returnTo=%2Faccount')
    expect(noticeIn(text)).toBe(notice)
    expect(text).toContain(`name="jid" value="${jid}"`)
    expect(text).not.toContain(`name="username" value="${jid}"`)
  })

  test('the login page asks for an address when the code is off', async () => {
    const other = visitorOf(openApp({ XMPP_CONFIRM_CODE: 'off' }).app)
    await begin(other, '')
    expect(noticeIn((await other.get('/login')).text)).toBe('Please enter your XMPP address.')
  })

  test('a form without its token is refused', async () => {
    await visitor.post('/login/xmpp').type('form').send({ jid: ALICE }).expect(403)
    expect(xmpp.users.told(ALICE)).toEqual([])
  })
})

describe('the number', () => {
  test('the right number signs in to the page that the visitor asked for', async () => {
    const page = await waitAs(visitor, 'alice', { returnTo: '/account' })
    const { from, text } = await xmpp.users.asked(ALICE)
    expect(from).toMatch(/^login@localhost\//)
    expect(text).not.toContain(numberIn(page))
    xmpp.users.reply(ALICE, numberIn(page))
    const { headers } = await finish(visitor)
    expect(headers['location']).toBe('/account')
    expect(await accountOf(visitor)).toBe(ALICE)
    expect(await told(xmpp, ALICE, 3)).toEqual([
      expect.any(String),
      expect.any(String),
      expect.stringContaining('STOP'),
    ])
  })

  test('the session is like that of a password, and ends with the others', async () => {
    await signInWithApp(xmpp, visitor)
    const { body } = await visitor.get('/api/me').expect(200)
    expect(body).toMatchObject({ jid: ALICE, mechanism: 'xmpp-confirm' })
    expect((await visitor.get('/account?open=sessions')).text.match(/class="browser"/g)).toHaveLength(1)
    await on.stores.revocations.revoke(ALICE)
    expect(await accountOf(visitor)).toBeUndefined()
  })

  test('the choice to stay signed in makes the session longer', async () => {
    const page = await waitAs(visitor, ALICE, { stay: 'on' })
    xmpp.users.reply(ALICE, numberIn(page))
    const { headers } = await finish(visitor)
    const [cookie] = (headers['set-cookie'] as unknown as string[]).filter(value => value.startsWith('session='))
    const [, expires = ''] = /Expires=([^;]+)/.exec(cookie ?? '') ?? []
    expect(Date.parse(expires) - Date.now()).toBeGreaterThan(29 * 24 * 60 * 60 * 1000)
  })

  test.each([
    ['another number', (number: string) => xmpp.users.reply(ALICE, otherThan(number))],
    ['"no"', () => xmpp.users.deny(ALICE)],
  ])('%s signs in to nothing', async (_what, answer) => {
    answer(numberIn(await waitAs(visitor, ALICE, { returnTo: '/account' })))
    const { headers } = await finish(visitor)
    expect(headers['location']).toBe('/login?returnTo=%2Faccount')
    const { text } = await visitor.get('/login')
    expect(noticeIn(text)).toBe('Your XMPP app refused, or sent another number. You are not signed in.')
    expect(await accountOf(visitor)).toBeUndefined()
  })

  test('the right number of another account signs in to nothing', async () => {
    xmpp.users.add('user1@localhost', { client: 'text' })
    const page = await waitAs(visitor, ALICE)
    await xmpp.users.asked(ALICE)
    xmpp.users.send('user1@localhost', numberIn(page), { to: BOT })
    xmpp.users.deny(ALICE)
    await finish(visitor)
    expect(await accountOf(visitor)).toBeUndefined()
  })

  test('an answer signs in the browser that shows the number, and no other', async () => {
    const other = visitorOf(on.app)
    await waitAs(other, ALICE)
    expect((await signInWithApp(xmpp, visitor)).headers['location']).toBe('/')
    await other.get('/login/xmpp/finish').expect(303)
    expect(await accountOf(other)).toBeUndefined()
    await visitorOf(on.app).get('/login/xmpp/finish').expect('location', '/login')
  })

  test('a request is finished once', async () => {
    const page = await waitAs(visitor, ALICE)
    const cookies = (await visitor.get('/login/xmpp/wait')).request.cookies
    xmpp.users.reply(ALICE, numberIn(page))
    await finish(visitor)
    const again = visitorOf(on.app).get('/login/xmpp/finish').set('Cookie', cookies)
    await again.expect('location', '/login')
  })

  test('a password that was changed meanwhile ends the session', async () => {
    const page = await waitAs(visitor, ALICE)
    await on.stores.revocations.revoke(ALICE)
    xmpp.users.reply(ALICE, numberIn(page))
    await finish(visitor)
    expect(await accountOf(visitor)).toBeUndefined()
  })
})

describe('the page that waits', () => {
  /** Returns a page without what differs between two requests. */
  const general = (page: string, jid: string) =>
    page
      .replaceAll(jid, 'JID')
      .replaceAll(numberIn(page), 'NN')
      .replaceAll(codeIn(page), 'CODE')
      .replace(/<svg.*?<\/svg>/s, '')
      .replace(/<time.*?<\/time>/s, '')
      .replace(/value="[\w.-]{20,}"/g, '')

  test('the page is the same for an account that exists, is away, is unknown or cannot be asked', async () => {
    xmpp.users.add('blocked@localhost')
    xmpp.users.bounce('blocked@localhost', 'policy-violation')
    const pages: string[] = []
    for (const name of ['alice', 'user1', 'unknown', 'blocked']) {
      const each = visitorOf(on.app)
      await waitAs(each, name)
      // Whatever came back has come.
      await waitAs(visitorOf(on.app), ALICE)
      pages.push(general((await each.get('/login/xmpp/wait')).text, `${name}@localhost`))
    }
    expect(new Set(pages).size).toBe(1)
  })

  test('a held request is not answered sooner when the message comes back', async () => {
    await waitAs(visitor, 'unknown')
    const held = visitor.get('/login/xmpp/wait?held').set('Accept', 'application/json')
    let isAnswered = false
    const answer = held.then(response => {
      isAnswered = true
      return response
    })
    await waitAs(visitorOf(on.app), ALICE)
    await new Promise(resolve => setTimeout(resolve, 300))
    expect(isAnswered).toBe(false)
    on.app.release()
    expect((await answer).body).toEqual({ state: 'waiting' })
  })

  test('the page waits without a script, and shows the number in its title', async () => {
    const page = await waitAs(visitor, ALICE)
    expect(page).toContain('<noscript><meta http-equiv="refresh" content="1;url=/login/xmpp/wait?held">')
    expect(page).toContain(`<title>${numberIn(page)}: answer in your XMPP app · Example app</title>`)
    xmpp.users.reply(ALICE, numberIn(page))
    await visitor.get('/login/xmpp/wait?held').expect(303).expect('location', '/login/xmpp/finish')
  })

  test('the page lets its script ask this site alone', async () => {
    await waitAs(visitor, ALICE)
    const { headers } = await visitor.get('/login/xmpp/wait')
    expect(headers['content-security-policy']).toContain("connect-src 'self'")
    expect(headers['cache-control']).toBe('no-store')
    expect((await visitor.get('/login')).headers['content-security-policy']).not.toContain('connect-src')
  })

  test('a visitor who waits for nothing is sent to the login page', async () => {
    await visitor.get('/login/xmpp/wait').expect('location', '/login/xmpp/finish')
    await visitor.get('/login/xmpp/finish').expect('location', '/login')
    const { text } = await visitor.get('/login')
    expect(noticeIn(text)).toBe('The request to your XMPP app is over. Please try again.')
  })

  test('a cancelled request is over', async () => {
    const page = await waitAs(visitor, ALICE, { returnTo: '/account' })
    const { headers } = await press(visitor, page, '/login/xmpp/cancel')
    expect(headers['location']).toBe('/login?returnTo=%2Faccount')
    expect(noticeIn((await visitor.get('/login')).text)).toBe('The request to your XMPP app was cancelled.')
    xmpp.users.reply(ALICE, numberIn(page))
    await visitor.get('/login/xmpp/finish')
    expect(await accountOf(visitor)).toBeUndefined()
  })

  test('a request that is sent again asks again, and replaces the first', async () => {
    const first = await waitAs(visitor, ALICE, { returnTo: '/account', stay: 'on' })
    expect(first).toContain('<input type="hidden" name="returnTo" value="/account">')
    expect(first).toContain('<input type="hidden" name="stay" value="on">')
    await press(visitor, first, '/login/xmpp', { jid: ALICE, returnTo: '/account', again: 'on' }).expect(
      'location',
      '/login/xmpp/wait',
    )
    const second = (await visitor.get('/login/xmpp/wait')).text
    expect(await told(xmpp, ALICE, 2)).toHaveLength(2)
    xmpp.users.reply(ALICE, numberIn(second))
    expect((await finish(visitor)).headers['location']).toBe('/account')
  })

  test('a request that another tab replaced is gone, and does not end the new one', async () => {
    const form = (await visitor.get('/login')).text
    await waitAs(visitor, ALICE)
    const cookies = (await visitor.get('/login/xmpp/wait')).request.cookies
    await press(visitor, form, '/login/xmpp', { jid: ALICE })
    const old = visitorOf(on.app)
    const asked = old.get('/login/xmpp/wait?held').set('Accept', 'application/json').set('Cookie', cookies)
    await asked.expect(200, { state: 'gone' })
    const late = await old.get('/login/xmpp/finish').set('Cookie', cookies).expect('location', '/login')
    expect(String(late.headers['set-cookie'])).not.toContain('confirm=')
  })

  test('the last request counts when one browser begins in two tabs', async () => {
    const forms = [await visitor.get('/login'), await visitor.get('/login')]
    for (const { text } of forms) {
      await press(visitor, text, '/login/xmpp', { jid: ALICE }).expect('location', '/login/xmpp/wait')
    }
    const { text } = await visitor.get('/login/xmpp/wait')
    xmpp.users.reply(ALICE, numberIn(text))
    await finish(visitor)
    expect(await accountOf(visitor)).toBe(ALICE)
  })

  test('a button pressed twice sends one message', async () => {
    const { text } = await visitor.get('/login')
    const [first, second] = await Promise.all([
      press(visitor, text, '/login/xmpp', { jid: ALICE }),
      press(visitor, text, '/login/xmpp', { jid: ALICE }),
    ])
    expect([first.status, second.status]).toEqual([303, 303])
    xmpp.users.reply(ALICE, numberIn((await visitor.get('/login/xmpp/wait')).text))
    await finish(visitor)
    expect(await accountOf(visitor)).toBe(ALICE)
    expect((await told(xmpp, ALICE, 3)).filter(message => message.includes('Answer with the number'))).toHaveLength(1)
  })

  test('a form that comes again after its request was given up leaves the newer request as it is', async () => {
    const { text } = await visitor.get('/login')
    const again = () => press(visitor, text, '/login/xmpp', { jid: ALICE }).expect('location', '/login/xmpp/wait')
    await again()
    await press(visitor, (await visitor.get('/login/xmpp/wait')).text, '/login/xmpp/cancel')
    const number = numberIn(await waitAs(visitor, ALICE))
    await again()
    expect(numberIn((await visitor.get('/login/xmpp/wait').expect(200)).text)).toBe(number)
  })

  test('a form that comes again does not replace a newer request when its own still waits', async () => {
    const { text } = await visitor.get('/login')
    const again = () => press(visitor, text, '/login/xmpp', { jid: ALICE })
    await again()
    // Leaves the first request in the store: the second form comes before the answer to the first.
    const take = jest.spyOn(on.stores.confirmations, 'take').mockResolvedValue(undefined)
    await waitAs(visitor, 'user1')
    take.mockRestore()
    await again()
    expect((await visitor.get('/login/xmpp/wait')).text).toContain('user1@localhost')
  })

  test('a form that comes again gives the browser its request when the first answer was lost', async () => {
    const { text } = await visitor.get('/login')
    const { request } = await visitor.get('/login')
    const lost = visitorOf(on.app).post('/login/xmpp').set('Cookie', request.cookies).type('form')
    await lost.send({ ...hiddenIn(text, '/login/xmpp'), jid: ALICE })
    await press(visitor, text, '/login/xmpp', { jid: ALICE }).expect('location', '/login/xmpp/wait')
    xmpp.users.reply(ALICE, numberIn((await visitor.get('/login/xmpp/wait')).text))
    await finish(visitor)
    expect(await accountOf(visitor)).toBe(ALICE)
  })

  test('the store of outcomes does not hold the id of a request', async () => {
    const add = jest.spyOn(on.stores.confirmations, 'add')
    const settle = jest.spyOn(on.stores.outcomes, 'settle')
    await waitAs(visitor, ALICE)
    const id = add.mock.calls[0]?.[0].id
    expect(id).toBeDefined()
    expect(settle).toHaveBeenCalled()
    expect(JSON.stringify(settle.mock.calls)).not.toContain(id)
  })

  test('a visitor who waits has no session', async () => {
    await waitAs(visitor, ALICE)
    const sessions = await new Promise(resolve => on.stores.sessions.length?.((_error, count) => resolve(count)))
    expect(sessions).toBe(0)
  })
})

describe('the code', () => {
  test('the person who sends the code is asked for the number', async () => {
    const page = await waitAs(visitor, '')
    expect(page).toContain(`href="xmpp:${BOT}?message;type=chat;body=${codeIn(page)}"`)
    expect(page).toMatch(/<svg class="qr" viewBox="0 0 (\d+) \1" role="img"/)
    xmpp.users.send(ALICE, codeIn(page), { to: BOT })
    expect(await told(xmpp, ALICE, 1)).toEqual([expect.stringContaining('answer with the number')])
    await visitor.get('/login/xmpp/finish').expect('location', '/login/xmpp/wait')
    xmpp.users.send(ALICE, numberIn(page), { to: BOT })
    await finish(visitor)
    expect(await accountOf(visitor)).toBe(ALICE)
  })

  describe('alone', () => {
    beforeEach(async () => {
      visitor = visitorOf(openApp({ XMPP_CONFIRM_CODE: 'alone' }).app)
      const page = await waitAs(visitor, '')
      const { text } = await visitor.get('/login/xmpp/wait')
      expect(text).not.toContain('class="number"')
      const [, code = ''] = /<code>(.*?)<\/code>/.exec(page) ?? []
      xmpp.users.send(ALICE, code, { to: BOT })
    })

    test('the page names the account before it signs in', async () => {
      const { text, status } = await finish(visitor)
      expect(status).toBe(200)
      expect(text).toContain(`Continue as ${ALICE}`)
      expect(await accountOf(visitor)).toBeUndefined()
      const agreed = { jid: ALICE }
      expect(text).toContain(`name="jid" value="${ALICE}"`)
      const pressed = await Promise.all([1, 2].map(() => press(visitor, text, '/login/xmpp/finish', agreed)))
      expect(pressed.map(({ headers }) => headers['location'])).toEqual(['/', '/'])
      expect(await accountOf(visitor)).toBe(ALICE)
    })

    test('the button signs in to the account that it names, and not to that of a request in another tab', async () => {
      const { text } = await finish(visitor)
      xmpp.users.add('user1@localhost', { client: 'text' })
      const second = await waitAs(visitor, '')
      xmpp.users.send('user1@localhost', codeIn(second), { to: BOT })
      await finish(visitor)
      await press(visitor, text, '/login/xmpp/finish', { jid: ALICE }).expect('location', '/login/xmpp/wait')
      expect(await accountOf(visitor)).toBeUndefined()
      expect((await visitor.get('/login/xmpp/finish')).text).toContain('Continue as user1@localhost')
    })

    test('a visitor who is another person is not signed in', async () => {
      const { text } = await finish(visitor)
      await press(visitor, text, '/login/xmpp/cancel').expect('location', '/login')
      await visitor.get('/login/xmpp/finish').expect('location', '/login')
      expect(await accountOf(visitor)).toBeUndefined()
    })
  })
})

describe('STOP', () => {
  test('STOP ends all sessions of the account, and no message comes until a login with a password', async () => {
    const other = visitorOf(on.app)
    await signIn(other, 'alice', ACCOUNTS.alice)
    await signInWithApp(xmpp, visitor)
    const count = (await told(xmpp, ALICE, 3)).length
    xmpp.users.send(ALICE, 'STOP', { to: BOT })
    expect(await told(xmpp, ALICE, count + 1)).toHaveLength(count + 1)
    expect(await accountOf(visitor)).toBeUndefined()
    expect(await accountOf(other)).toBeUndefined()

    const page = await waitAs(visitor, ALICE)
    expect(page).toContain('Answer with this number')
    await waitAs(visitorOf(on.app), 'user1')
    expect(xmpp.users.told(ALICE)).toHaveLength(count + 1)

    await signIn(other, 'alice', ACCOUNTS.alice)
    await press(visitor, page, '/login/xmpp', { jid: ALICE, again: 'on' })
    expect(await told(xmpp, ALICE, count + 2)).toHaveLength(count + 2)
  })
})

describe('a sign-in that fails at its end', () => {
  test('the chat does not say that the person is signed in when the session cannot be stored', async () => {
    const page = await waitAs(visitor, ALICE)
    jest.spyOn(on.stores.sessions, 'set').mockImplementation((_sid, _data, done) => done?.(new Error('full')))
    xmpp.users.reply(ALICE, numberIn(page))
    expect((await finish(visitor)).status).toBe(500)
    await waitAs(visitor, ALICE)
    expect((await told(xmpp, ALICE, 3)).join()).not.toContain('You are signed in')
  })

  test('the visitor is not signed in when STOP comes while the session is stored', async () => {
    const { accountSessions } = on.stores
    const add = accountSessions.add.bind(accountSessions)
    jest.spyOn(accountSessions, 'add').mockImplementation(async (...given) => {
      xmpp.users.send(ALICE, 'STOP', { to: BOT })
      await told(xmpp, ALICE, 3)
      return add(...given)
    })
    expect((await signInWithApp(xmpp, visitor)).headers['location']).toBe('/login')
    expect(noticeIn((await visitor.get('/login')).text)).toContain('You are not signed in.')
    expect((await visitor.get('/')).text).toContain('hello world')
    expect(xmpp.users.told(ALICE).join()).not.toContain('You are signed in')
  })
})

describe('the dialog', () => {
  /** Begins a request, and tells whether the app of the person showed a dialog. */
  const hasDialog = async (browser: Visitor, jid = ALICE) => {
    await waitAs(browser, jid)
    return (await xmpp.users.asked(ALICE)).number !== undefined
  }

  test('a dialog comes to a browser that has signed in as this account before, and to no other', async () => {
    const { app } = openApp({ XMPP_CONFIRM_DIALOG: 'known' })
    const known = visitorOf(app)
    xmpp.users.add(ALICE, { client: 'gajim' })
    await signInWithApp(xmpp, known)
    await xmpp.users.asked(ALICE)
    await send(known, '/', '/logout', {})
    expect(await hasDialog(known, 'Alice')).toBe(true)
    xmpp.users.confirm(ALICE)
    await finish(known)
    expect(await accountOf(known)).toBe(ALICE)
    expect(await hasDialog(visitorOf(app))).toBe(false)
  })

  test.each([
    [
      'STOP',
      async () => {
        xmpp.users.send(ALICE, 'STOP', { to: BOT })
        await told(xmpp, ALICE, 4)
      },
    ],
    ['signing out everywhere', async (app: AppOn) => void (await endSessionsOf(ALICE, app.stores))],
  ])('no dialog comes to a browser that signed in before %s', async (_what, end) => {
    const app = openApp({ XMPP_CONFIRM_DIALOG: 'known' })
    const known = visitorOf(app.app)
    await signInWithApp(xmpp, known)
    await told(xmpp, ALICE, 3)
    await end(app)
    expect(await accountOf(known)).toBeUndefined()
    await signIn(visitorOf(app.app), 'alice', ACCOUNTS.alice)
    xmpp.users.add(ALICE, { client: 'gajim' })
    expect(await hasDialog(known)).toBe(false)
  })

  test.each([
    ['off', false],
    ['always', true],
  ])('a dialog comes to a new browser when XMPP_CONFIRM_DIALOG is %s: %s', async (value, isDialog) => {
    expect(await hasDialog(visitorOf(openApp({ XMPP_CONFIRM_DIALOG: value }).app))).toBe(isDialog)
  })
})

describe('limits', () => {
  test('one address begins 100 requests in a quarter of an hour', async () => {
    const { app } = openApp({ TRUST_PROXY: 'loopback' })
    const at = (address: string) => visitorOf(app).set('X-Forwarded-For', address)
    const crowd = at('192.0.2.1')
    for (let n = 0; n < 100; n++) expect((await begin(crowd, `user${n}`)).status).toBe(303)
    const refused = await begin(crowd, ALICE)
    expect(refused.status).toBe(429)
    expect(refused.text).toContain('href="/login"')
    expect(xmpp.users.told(ALICE)).toEqual([])
    expect((await begin(at('192.0.2.2'), ALICE)).headers['location']).toBe('/login/xmpp/wait')
  })
})
