import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import type { Stores } from '../../login-site/stores/stores'
import { appOn, hiddenIn, noticeIn, sessionIn, signIn, type Visitor, visitorOf } from './visitor'

let xmpp: BoshServer
let app: App
let stores: Stores
let visitor: Visitor

beforeAll(async () => {
  xmpp = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: 'user1', user2: 'user2' },
    registration: 'captcha',
  })
})
beforeEach(() => {
  xmpp.reset()
  opened = 0
  ;({ app, stores } = appOn(xmpp, { XMPP_REGISTRATION: 'on' }))
  visitor = visitorOf(app)
})
afterEach(() => app.close())
afterAll(() => xmpp.close())

/** Counts the requests of a step at the XMPP server since a page was opened. */
const steps = (name: string) => xmpp.requests.slice(opened).filter(({ step }) => step === name).length
let opened = 0

interface Button {
  readonly name: string
  readonly page: string
  readonly action: string
  readonly signedIn: boolean
  readonly fields: () => Record<string, string>
  readonly leadsTo: string
  /** text of the page that it leads to */
  readonly says: string
  /** step at the XMPP server, which must happen as often as for one press */
  readonly step: string
}

const PASSWORD = { password: 'user1' }

/** Every button of every page */
const BUTTONS: Button[] = [
  {
    name: 'Sign in',
    page: '/login',
    action: '/login',
    signedIn: false,
    fields: () => ({ username: 'user1', ...PASSWORD }),
    leadsTo: '/',
    says: 'hello user1',
    step: 'bind',
  },
  {
    name: 'Sign in with a wrong password',
    page: '/login',
    action: '/login',
    signedIn: false,
    fields: () => ({ username: 'user1', password: 'a wrong one' }),
    leadsTo: '/login',
    says: 'Unknown user name or wrong password.',
    step: 'auth',
  },
  {
    name: 'Create account',
    page: '/register',
    action: '/register',
    signedIn: false,
    fields: () => ({ username: 'carol', password: 'a good one', ocr: xmpp.captchas.at(-1)?.text ?? '' }),
    leadsTo: '/',
    says: 'Your account carol@localhost is ready, and you are signed in.',
    step: 'register',
  },
  {
    name: 'Change password',
    page: '/account',
    action: '/account/password',
    signedIn: true,
    fields: () => ({ ...PASSWORD, newPassword: 'another good one' }),
    leadsTo: '/account',
    says: 'Your password has been changed.',
    step: 'register',
  },
  {
    name: 'Sign out everywhere',
    page: '/account',
    action: '/account/sign-out-everywhere',
    signedIn: true,
    fields: () => PASSWORD,
    leadsTo: '/login',
    says: 'You are signed out everywhere.',
    step: 'bind',
  },
  {
    name: 'Delete account',
    page: '/account',
    action: '/account/delete',
    signedIn: true,
    fields: () => PASSWORD,
    leadsTo: '/',
    says: 'The account user1@localhost has been deleted.',
    step: 'remove',
  },
  {
    name: 'Sign out',
    page: '/',
    action: '/logout',
    signedIn: true,
    fields: () => ({}),
    leadsTo: '/',
    says: 'hello world',
    step: 'bind',
  },
]

const named = BUTTONS.map((button): [string, Button] => [button.name, button])

/** Opens the page of a button. Returns what pressing it sends: the same cookies and the same fields at each press. */
async function ready({ page, action, signedIn, fields }: Button) {
  const cookies = new Map<string, string>()
  const keep = (answer: { headers: Record<string, unknown> }) => {
    for (const set of (answer.headers['set-cookie'] as string[] | undefined) ?? []) {
      const [pair = ''] = set.split(';')
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1))
    }
  }
  if (signedIn) keep(await signIn(visitor, 'user1', 'user1'))
  const header = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const form = await visitorOf(app).get(page).set('Cookie', header())
  keep(form)
  opened = xmpp.requests.length
  const sent = { ...hiddenIn(form.text, action), ...fields() }
  const before = header()
  return {
    keep,
    sent,
    press: (cookie = before) => visitorOf(app).post(action).set('Cookie', cookie).type('form').send(sent),
    see: (path: string) => visitorOf(app).get(path).set('Cookie', header()),
    header,
  }
}

async function once(button: Button): Promise<number> {
  const { press } = await ready(button)
  await press()
  return steps(button.step)
}

describe.each(named)('the button %s', (_name, button) => {
  test('acts once and gives both presses the same answer when they come at the same time', async () => {
    const { press, keep, see } = await ready(button)
    const answers = await Promise.all([press(), press()])
    const [first, second] = answers
    for (const { status, headers } of answers) {
      expect({ status, location: headers['location'] }).toEqual({ status: 303, location: button.leadsTo })
    }
    expect(sessionIn(second)).toBe(sessionIn(first))
    keep(second)
    const { text } = await see(button.leadsTo)
    expect(text).toContain(button.says)
  })

  test('acts once and gives both presses the same answer when the second comes with the old cookies', async () => {
    const { press, keep, see } = await ready(button)
    const first = await press()
    const acted = steps(button.step)
    const second = await press()
    expect(second.headers['location']).toBe(first.headers['location'])
    expect(steps(button.step)).toBe(acted)
    keep(second)
    const { text } = await see(button.leadsTo)
    expect(text).toContain(button.says)
  })

  test('acts once when the second press comes with the cookies of the first answer', async () => {
    const { press, keep, header, see } = await ready(button)
    keep(await press())
    const acted = steps(button.step)
    const second = await press(header())
    expect(second.status).toBe(303)
    expect(second.headers['location']).toBe(button.leadsTo)
    expect(steps(button.step)).toBe(acted)
    keep(second)
    expect((await see(button.leadsTo)).text).toContain(button.says)
  })
})

test('every button asks the XMPP server as often when it is pressed twice at the same time', async () => {
  for (const button of BUTTONS) {
    xmpp.reset()
    visitor = visitorOf(app)
    const asked = await once(button)
    xmpp.reset()
    visitor = visitorOf(app)
    const { press } = await ready(button)
    await Promise.all([press(), press(), press()])
    expect([button.name, steps(button.step)]).toEqual([button.name, asked])
  }
})

const buttonOf = (name: string): Button => {
  const button = BUTTONS.find(button => button.name === name)
  if (!button) throw new Error(`no button ${name}`)
  return button
}

describe('a form that arrives again', () => {
  test('another body is another action', async () => {
    const { press, sent } = await ready(buttonOf('Sign in with a wrong password'))
    await press()
    sent['password'] = 'user1'
    expect((await press()).headers['location']).toBe('/')
  })

  test('a form without the cookie of the first request is refused', async () => {
    const { press } = await ready(buttonOf('Sign in'))
    await press()
    expect((await press('')).status).toBe(403)
  })

  test('a session that has ended since is not given out again, and its visitor is told', async () => {
    const { press, see, keep } = await ready(buttonOf('Sign in'))
    await press()
    await stores.revocations.revoke('user1@localhost')
    const second = await press()
    expect(second.headers['location']).toBe('/login')
    expect(sessionIn(second)).toBeUndefined()
    keep(second)
    expect(noticeIn((await see('/login')).text)).toContain('Your session has ended.')
  })

  test('the error page is shown again, and the server not asked, when the outcome is unknown', async () => {
    const { press } = await ready(buttonOf('Create account'))
    xmpp.fault({ on: 'register', reply: 'not-xml' })
    const first = await press()
    const asked = steps('register')
    const second = await press()
    expect([first.status, second.status]).toEqual([502, 502])
    expect(steps('register')).toBe(asked)
  })

  test('the page says again that the outcome of a password change is unknown', async () => {
    const { press } = await ready(buttonOf('Change password'))
    xmpp.fault({ on: 'register', reply: 'not-xml' })
    for (const { status, text } of [await press(), await press()]) {
      expect(status).toBe(502)
      expect(text).toContain('It is unknown if this took effect')
    }
  })

  test('a login is tried again when it failed', async () => {
    const { press } = await ready(buttonOf('Sign in'))
    xmpp.fault({ on: 'auth', reply: { status: 503 } })
    expect((await press()).status).toBe(502)
    expect((await press()).headers['location']).toBe('/')
  })

  test('no press of a login says that its outcome is unknown when all of them fail', async () => {
    const { press } = await ready(buttonOf('Sign in'))
    for (let n = 0; n < 20; n++) xmpp.fault({ on: 'create', reply: { status: 503 } })
    const answers = await Promise.all(Array.from({ length: 8 }, () => press()))
    expect(answers.map(({ text }) => /<h1>([^<]*)/.exec(text)?.[1])).toEqual(
      Array(8).fill('This is not possible at the moment'),
    )
    xmpp.reset()
    expect((await press()).headers['location']).toBe('/')
  })

  test('a page says that the outcome is unknown when the process that acted is gone', async () => {
    const button = buttonOf('Change password')
    const { press } = await ready(button)
    jest.spyOn(stores.outcomes, 'find').mockResolvedValue({ state: 'lost' })
    const { status, text } = await press()
    expect(status).toBe(504)
    expect(text).toContain('Please check before you send it again.')
    expect(steps('register')).toBe(0)
  })

  test('a login is tried again when the process that tried it is gone', async () => {
    const { press } = await ready(buttonOf('Sign in'))
    jest.spyOn(stores.outcomes, 'find').mockResolvedValueOnce({ state: 'lost' })
    expect((await press()).headers['location']).toBe('/')
  })

  test('the store of outcomes holds no password and no cookie', async () => {
    const settle = jest.spyOn(stores.outcomes, 'settle')
    const claim = jest.spyOn(stores.outcomes, 'claim')
    const { press, sent } = await ready(buttonOf('Change password'))
    await press()
    const stored = JSON.stringify([settle.mock.calls, claim.mock.calls])
    expect(stored).toContain('/account')
    for (const secret of ['another good one', sent['_csrf'] ?? '', sent['_form'] ?? '']) {
      expect(stored).not.toContain(secret)
    }
  })
})

test('a message that was not read is not shown to the next visitor of the browser', async () => {
  await signIn(visitor, 'user1', 'user1')
  const account = await visitor.get('/account')
  const fields = { ...hiddenIn(account.text, '/account/password'), ...PASSWORD, newPassword: 'another good one' }
  await visitor.post('/account/password').type('form').send(fields).expect('Location', '/account')
  const home = await visitor.get('/')
  await visitor.post('/logout').type('form').send(hiddenIn(home.text, '/logout')).expect('Location', '/')
  await signIn(visitor, 'user2', 'user2')
  const { text } = await visitor.get('/account')
  expect(text).toContain('user2@localhost')
  expect(noticeIn(text)).toBeUndefined()
})

describe('two tabs', () => {
  test('the login page of a second tab leads to the start page when the first tab has signed in', async () => {
    const { text } = await visitor.get('/login')
    await signIn(visitor, 'user1', 'user1')
    await visitor.get('/')
    const fields = { ...hiddenIn(text), username: 'user1', ...PASSWORD }
    await visitor.post('/login').type('form').send(fields).expect(303).expect('Location', '/')
  })

  test('signing out in a second tab leads to the start page when the first tab has signed out', async () => {
    await signIn(visitor, 'user1', 'user1')
    const { text } = await visitor.get('/')
    for (let tab = 0; tab < 2; tab++) {
      await visitor.post('/logout').type('form').send(hiddenIn(text)).expect(303).expect('Location', '/')
    }
  })
})
