import {
  Confirmations,
  type ConfirmRequest,
  ConfirmStrategy,
  MemoryConfirmStore,
  type Profile,
  type Verify,
  XmppBoshError,
} from '../../lib/index'
import { element } from '../../lib/xml/write'
import { ChatAccount } from '../fixtures/chat-account'
import { visit } from '../fixtures/passport'

/* Every row of the outcomes, with real Confirmations over an account without a server. */

const SITE = { site: 'Recipe', url: 'https://app.example.com/login', allow: 'localhost' }
const WAITS = { action: 'redirect', url: '/login/xmpp/wait', status: 303 }

let account: ChatAccount
let strategy: ConfirmStrategy
let confirmations: Confirmations
beforeEach(() => {
  account = new ChatAccount()
  confirmations = new Confirmations({ account, ...SITE })
  strategy = new ConfirmStrategy({ confirmations })
})
afterEach(() => confirmations.close())

/** A browser, with the session that it keeps. */
class Browser {
  readonly session: Record<string, unknown> = {}
  readonly ip: string

  constructor(ip = '203.0.113.7') {
    this.ip = ip
  }

  start(jid?: unknown, by: ConfirmStrategy = strategy) {
    return visit(by, this.#request('POST', { jid }))
  }

  finish(by: ConfirmStrategy = strategy, options?: object) {
    return visit(by, this.#request('GET'), options)
  }

  async number(by: ConfirmStrategy = strategy): Promise<string> {
    return (await this.view(by))?.number ?? ''
  }

  view(by: ConfirmStrategy = strategy) {
    return by.waiting(this.#request('GET'))
  }

  #request(method: string, body?: object): ConfirmRequest {
    return { method, session: this.session, ip: this.ip, ...(body && { body }) }
  }
}

const failed = (status: number, code: string) => ({ action: 'fail', status, info: { code } })

describe('a start', () => {
  test('a start redirects to the page that waits and keeps nothing but the id in the session', async () => {
    const browser = new Browser()

    expect(await browser.start('alice@localhost')).toEqual(WAITS)
    expect(browser.session).toEqual({ 'xmpp-confirm': { id: expect.stringMatching(/^[\w-]{22}$/) } })
    expect(account.sent.map(({ attributes }) => attributes.get('to'))).toEqual(['alice@localhost'])
  })

  test('the question names the site and the place and holds neither the number nor the code', async () => {
    const browser = new Browser()
    const asked = account.next()
    await browser.start('alice@localhost')
    const { number = '', code = '' } = (await browser.view()) ?? {}
    const text = await asked

    expect(text).toMatch(/Recipe[\s\S]*203\.0\.113\.7/)
    expect(text.replace('203.0.113.7', '')).not.toContain(number)
    expect(text).not.toContain(code)
  })

  test.each([[''], ['  '], [undefined]])(
    'a start asks no account and shows a code when the field holds %j',
    async jid => {
      const browser = new Browser()

      expect(await browser.start(jid)).toEqual(WAITS)
      expect(await browser.view()).toMatchObject({ asked: 'not-asked', code: expect.stringMatching(/^\w{4}-\w{4}$/) })
      expect(account.sent).toEqual([])
    },
  )

  test('a start is refused when the field is empty and codes are off', async () => {
    const withoutCode = new ConfirmStrategy({ account, ...SITE, code: false })

    expect(await new Browser().start('', withoutCode)).toMatchObject(failed(400, 'missing-jid'))
    await withoutCode.close()
  })

  test.each([
    ['localhost'],
    ['@localhost'],
    ['alice@'],
    ['login@localhost'],
    [['alice@localhost']],
    [{ toString: () => 'alice@localhost' }],
    [7],
    ['a'.repeat(5_000)],
  ])('a start is refused when the field holds %j', async jid => {
    const browser = new Browser()

    expect(await browser.start(jid)).toMatchObject(failed(400, 'malformed-jid'))
    expect(browser.session).toEqual({})
    expect(account.sent).toEqual([])
  })

  test.each([['Alice@LOCALHOST'], [' alice@localhost '], ['alice@localhost/phone']])(
    'a start asks alice when the field holds %j',
    async jid => {
      await new Browser().start(jid)

      expect(account.sent.map(({ attributes }) => attributes.get('to'))).toEqual(['alice@localhost'])
    },
  )

  test('a start is refused when allow refuses the domain', async () => {
    expect(await new Browser().start('alice@elsewhere.test')).toMatchObject(failed(403, 'domain-not-allowed'))
    expect(account.sent).toEqual([])
  })

  test('a start goes on with the code when the account was asked too often', async () => {
    for (let nth = 0; nth < 3; nth++) {
      const browser = new Browser()
      await browser.start('alice@localhost')
      await strategy.cancel({ session: browser.session })
    }
    const browser = new Browser()

    expect(await browser.start('alice@localhost')).toEqual(WAITS)
    expect(await browser.view()).toMatchObject({ asked: 'limited', code: expect.any(String) })
    expect(account.sent).toHaveLength(3)
  })

  test.each([
    ['item-not-found', 'unreachable'],
    ['service-unavailable', 'unreachable'],
    ['remote-server-timeout', 'unreachable'],
    ['policy-violation', 'blocked'],
    ['not-allowed', 'blocked'],
  ])('the request waits for the code when the question comes back with %s', async (condition, asked) => {
    const browser = new Browser()
    await browser.start('alice@localhost')
    account.bounces(condition)
    await new Promise(resolve => setImmediate(resolve))

    expect(await browser.view()).toMatchObject({ state: 'waiting', asked })
    expect(await browser.finish()).toEqual(WAITS)
  })

  test.each([
    ['ERR_XMPP_UNAVAILABLE', 503],
    ['ERR_XMPP_ACCOUNT', 500],
  ] as const)('a start is an error when the account is not online for the reason %s', async (code, status) => {
    account.state = 'connecting'
    account.refusal = new XmppBoshError(code, 'x')
    const browser = new Browser()

    expect(await browser.start('alice@localhost')).toMatchObject({ action: 'error', error: { code, status } })
    expect(browser.session).toEqual({})
  })

  test('a start is an error when too many requests wait', async () => {
    const store = new MemoryConfirmStore({ maxWaiting: 1 })
    const small = new ConfirmStrategy({ account, ...SITE, store })
    await new Browser().start('alice@localhost', small)

    expect(await new Browser().start('bob@localhost', small)).toMatchObject({
      action: 'error',
      error: { code: 'ERR_XMPP_BUSY', status: 503 },
    })
    await small.close()
  })

  test('an outage is a failure and a refused account an error with handleErrorsAsFailures', async () => {
    const failing = new ConfirmStrategy({ confirmations, handleErrorsAsFailures: true })
    account.state = 'connecting'
    account.refusal = new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'x')
    expect(await new Browser().start('alice@localhost', failing)).toMatchObject(failed(503, 'ERR_XMPP_UNAVAILABLE'))

    account.refusal = new XmppBoshError('ERR_XMPP_ACCOUNT', 'x')
    expect(await new Browser().start('alice@localhost', failing)).toMatchObject({ action: 'error' })
  })
})

describe('a finish', () => {
  const alice = { provider: 'xmpp', id: 'alice@localhost', jid: 'alice@localhost', username: 'alice' }

  test('alice is signed in when her client sends the number', async () => {
    const browser = new Browser()
    await browser.start('alice@localhost')
    await account.hears('alice@localhost/phone', await browser.number())

    expect(await browser.finish()).toMatchObject({
      action: 'success',
      user: alice,
      info: { mechanism: 'xmpp-confirm', way: 'number' },
    })
    expect(browser.session).toEqual({})
  })

  test('alice is signed in when her client accepts the dialog', async () => {
    const asking = new ConfirmStrategy({ confirmations, dialog: (_req, jid) => jid === 'alice@localhost' })
    const browser = new Browser()
    await browser.start('Alice@Localhost', asking)
    const confirm = account.sent[0]?.children.find(({ name }) => name === 'confirm')
    const { id = '', method = '', url = '' } = Object.fromEntries(confirm?.attributes ?? [])
    const answered = account.next()
    account.delivers(
      'alice@localhost/gajim',
      element('confirm', { xmlns: 'http://jabber.org/protocol/http-auth', id, method, url }),
    )
    await answered

    expect(url).toMatch(/^https:\/\/app\.example\.com\/login\?/)
    expect(await browser.finish(asking)).toMatchObject({ action: 'success', user: alice, info: { way: 'dialog' } })
  })

  test('the account that sends the code and the number is signed in when no JID was typed', async () => {
    const browser = new Browser()
    await browser.start()
    const { code = '', number = '' } = (await browser.view()) ?? {}
    await account.hears('bob@localhost/phone', code.toLowerCase())
    expect(await browser.finish()).toEqual(WAITS)
    await account.hears('bob@localhost/phone', number)

    expect(await browser.finish()).toMatchObject({ action: 'success', user: { jid: 'bob@localhost' } })
  })

  test('the profile of an account of another domain has the whole JID as its identity', async () => {
    const open = new ConfirmStrategy({ account, ...SITE, allow: '*' })
    const browser = new Browser()
    await browser.start('alice@elsewhere.test', open)
    await account.hears('alice@elsewhere.test/phone', await browser.number(open))

    expect((await browser.finish(open)).user).toMatchObject({ id: 'alice@elsewhere.test', domain: 'elsewhere.test' })
    await open.close()
  })

  test('a finish redirects to the page that waits when no answer has come', async () => {
    const browser = new Browser()
    await browser.start('alice@localhost')
    const before = structuredClone(browser.session)

    expect(await browser.finish()).toEqual(WAITS)
    expect(browser.session).toEqual(before)
  })

  test('a finish is refused when the answer is no', async () => {
    const browser = new Browser()
    await browser.start('alice@localhost')
    await account.hears('alice@localhost/phone', 'no')

    expect(await browser.finish()).toMatchObject(failed(401, 'confirm-denied'))
    expect(await browser.finish()).toMatchObject(failed(401, 'confirm-expired'))
  })

  test('a finish is refused when the answer is another number, also when the right one follows', async () => {
    const browser = new Browser()
    await browser.start('alice@localhost')
    const number = await browser.number()
    await account.hears('alice@localhost/phone', number === '11' ? '12' : '11')
    await account.hears('alice@localhost/phone', number)

    expect(await browser.finish()).toMatchObject(failed(401, 'confirm-denied'))
  })

  test('a finish goes on waiting when another account sends the number', async () => {
    const browser = new Browser()
    await browser.start('alice@localhost')
    account.delivers('mallory@localhost/phone', element('body', {}, await browser.number()))
    await new Promise(resolve => setImmediate(resolve))

    expect(await browser.finish()).toEqual(WAITS)
  })

  test.each([
    ['nothing was started in the session', {}],
    ['the session holds a text', { 'xmpp-confirm': 'x' }],
    ['the session holds an unknown id', { 'xmpp-confirm': { id: 'AAAAAAAAAAAAAAAAAAAAAA' } }],
    ['the session holds an id of megabytes', { 'xmpp-confirm': { id: 'A'.repeat(1_000_000) } }],
    ['the id is inherited', Object.create({ 'xmpp-confirm': { id: 'AAAAAAAAAAAAAAAAAAAAAA' } }) as object],
  ])('a finish is refused when %s', async (_, session) => {
    expect(await visit(strategy, { method: 'GET', session })).toMatchObject(failed(401, 'confirm-expired'))
  })

  test('the second of two finishes at once is refused', async () => {
    const browser = new Browser()
    await browser.start('alice@localhost')
    await account.hears('alice@localhost/phone', await browser.number())
    const copy = { method: 'GET', session: structuredClone(browser.session) }
    const answers = await Promise.all([browser.finish(), visit(strategy, copy)])

    expect(answers.map(({ action }) => action).sort()).toEqual(['fail', 'success'])
    expect(answers.find(({ action }) => action === 'fail')).toMatchObject(failed(401, 'confirm-expired'))
  })

  test('an answer of alice signs in the browser whose number it is and no other one', async () => {
    const [hers, his] = [new Browser(), new Browser()]
    await his.start('alice@localhost')
    await hers.start('alice@localhost')
    await account.hears('alice@localhost/phone', await hers.number())

    expect((await his.finish()).action).not.toBe('success')
    expect(await hers.finish()).toMatchObject({ action: 'success', user: alice })
  })

  test('each of a hundred visitors at once is signed in as its own account', async () => {
    const names = Array.from({ length: 100 }, (_, nth) => `user${nth}@localhost`)
    const browsers = names.map((_, nth) => new Browser(`203.0.113.${nth}`))
    await Promise.all(browsers.map((browser, nth) => browser.start(names[nth])))
    const numbers = await Promise.all(browsers.map(browser => browser.number()))
    for (const [nth, name] of [...names.entries()].reverse()) {
      account.delivers(`${name}/phone`, element('body', {}, numbers[nth] ?? ''))
    }
    await Promise.all(browsers.map(browser => strategy.waiting({ session: browser.session }, { hold: 5_000 })))
    const answers = await Promise.all(browsers.map(browser => browser.finish()))

    expect(answers.map(({ user }) => user?.['jid'])).toEqual(names)
  })

  test('a request is an error when it has no session', async () => {
    for (const method of ['GET', 'POST']) {
      expect(await visit(strategy, { method, body: { jid: 'alice@localhost' } })).toMatchObject({
        action: 'error',
        error: { code: 'ERR_XMPP_SESSION', status: 500 },
      })
    }
    await expect(strategy.waiting({})).rejects.toMatchObject({ code: 'ERR_XMPP_SESSION' })
    await expect(strategy.cancel({})).rejects.toMatchObject({ code: 'ERR_XMPP_SESSION' })
  })
})

describe('with verify', () => {
  async function answered(verify: Verify) {
    const verifying = new ConfirmStrategy({ confirmations }, verify)
    const browser = new Browser()
    await browser.start('alice@localhost', verifying)
    await account.hears('alice@localhost/phone', await browser.number(verifying))
    return browser.finish(verifying)
  }

  test('verify gets a frozen profile at the finish and not before', async () => {
    const seen: Profile[] = []
    const verify = jest.fn<Promise<object>, [Profile]>(async profile => {
      seen.push(profile)
      return { id: 7 }
    })
    const verifying = new ConfirmStrategy({ confirmations }, verify)
    const browser = new Browser()
    await browser.start('alice@localhost', verifying)
    await account.hears('alice@localhost/phone', await browser.number(verifying))
    expect(verify).not.toHaveBeenCalled()

    expect(await browser.finish(verifying)).toMatchObject({
      action: 'success',
      user: { id: 7 },
      info: { way: 'number' },
    })
    expect(seen.map(profile => [profile.jid, Object.isFrozen(profile)])).toEqual([['alice@localhost', true]])
  })

  test('a user whom verify refuses is not signed in', async () => {
    expect(await answered(async () => false as const)).toEqual({ action: 'fail', info: {}, status: 401 })
    expect(await answered((_, done) => done(null, false, 'no'))).toMatchObject({ info: { message: 'no' } })
  })

  test('the chat says that alice is signed in when verify has accepted her', async () => {
    const told: number[] = []
    await answered(async profile => {
      told.push(account.sent.length)
      return profile
    })

    // Before: the question, and the answer to the number.
    expect([told, account.sent.length]).toEqual([[2], 3])
  })

  test.each<[string, Verify]>([
    ['refuses her', async () => false as const],
    ['fails', () => Promise.reject(new Error('database down'))],
  ])('the chat says nothing of a sign-in when verify %s', async (_, verify) => {
    await answered(verify)

    expect(account.sent).toHaveLength(2)
  })

  test('a finish is refused when alice answers STOP while verify works', async () => {
    const answer = await answered(async profile => {
      await account.hears('alice@localhost/phone', 'STOP')
      return profile
    })

    expect(answer).toMatchObject(failed(401, 'confirm-denied'))
    // The last one answers STOP.
    expect(account.sent).toHaveLength(3)
  })

  test('an error of verify is an error of the app', async () => {
    const broken = new Error('database down')
    expect(await answered(() => Promise.reject(broken))).toEqual({ action: 'error', error: broken })
  })

  test('verify gets the request first when passReqToCallback is true', async () => {
    const verifying = new ConfirmStrategy({ confirmations, passReqToCallback: true }, (req, profile, done) =>
      done(null, { from: req.ip, jid: profile.jid }),
    )
    const browser = new Browser()
    await browser.start('alice@localhost', verifying)
    await account.hears('alice@localhost/phone', await browser.number(verifying))

    expect((await browser.finish(verifying)).user).toEqual({ from: '203.0.113.7', jid: 'alice@localhost' })
  })
})

describe('texts', () => {
  test('the texts of a call replace those of the strategy, and those the default ones', async () => {
    const speaking = new ConfirmStrategy({ confirmations, messages: { expired: 'vorbei', denied: 'nein' } })

    expect((await new Browser().finish()).info?.['message']).toBe('The sign-in has expired. Please start again.')
    expect((await new Browser().finish(speaking)).info?.['message']).toBe('vorbei')
    const own = { messages: { expired: 'heute', denied: undefined } }
    expect((await new Browser().finish(speaking, own)).info?.['message']).toBe('heute')
  })

  test.each([{ messages: { oops: '' } }, { messages: 'no' }, { step: 'wait' }])(
    'a call with the options %j is an error that names the option',
    async options => {
      const { action, error } = await new Browser().finish(strategy, options)

      expect([action, error?.name]).toEqual(['error', 'TypeError'])
      expect(error?.message).toMatch(/`(?:messages(?:\.oops)?|step)`/)
    },
  )

  test('a step that is named decides in place of the method', async () => {
    const session = {}
    expect(await visit(strategy, { method: 'POST', session }, { step: 'finish' })).toMatchObject(
      failed(401, 'confirm-expired'),
    )
    expect(await visit(strategy, { method: 'GET', session }, { step: 'start' })).toEqual(WAITS)
  })
})
