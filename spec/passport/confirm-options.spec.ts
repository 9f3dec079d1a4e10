import { type ConfirmationsLike, ConfirmStrategy } from '../../lib/index'
import { ChatAccount } from '../fixtures/chat-account'
import { visit } from '../fixtures/passport'

const account = new ChatAccount()
const site = { site: 'Recipe', url: 'https://app.example.com/login', allow: 'localhost' }
const confirmations: ConfirmationsLike = {
  start: () => Promise.reject(new Error('not in this spec')),
  waiting: async () => undefined,
  settled: async () => undefined,
  take: async () => undefined,
  signedIn: async () => false,
  cancel: async () => {},
}

const create = (options: unknown, verify?: unknown) => () => new ConfirmStrategy(options as never, verify as never)

test.each<[unknown, RegExp]>([
  [undefined, /^options must be an object/],
  [[], /^options must be an object/],
  [{ account, ...site, oops: 1 }, /unknown option `oops`/],
  [{ account, ...site, waiturl: '/' }, /unknown option `waiturl`; did you mean `waitUrl`\?/],
  [{ account, ...site, service: 'https://h/bosh' }, /unknown option `service`/],
  [site, /`account`/],
  [{ account: {}, ...site }, /`account`/],
  [{ account, ...site, allow: undefined }, /`allow`/],
  [{ account, ...site, lifetime: 5 }, /`lifetime`/],
  [{ account, ...site, waitUrl: '' }, /`waitUrl` must be a non-empty string/],
  [{ account, ...site, field: 5 }, /`field` must be a non-empty string/],
  [{ account, ...site, sessionKey: '' }, /`sessionKey` must be a non-empty string/],
  [{ account, ...site, name: null }, /`name` must be a non-empty string/],
  [{ account, ...site, describe: 'x' }, /`describe` must be a function/],
  [{ account, ...site, language: 'de' }, /`language` must be a function/],
  [{ account, ...site, jidLookup: 'alice@localhost' }, /`jidLookup` must be a function/],
  [{ account, ...site, dialog: 'known' }, /`dialog` must be true, false or a function/],
  [{ account, ...site, passReqToCallback: 1 }, /`passReqToCallback` must be true or false/],
  [{ account, ...site, handleErrorsAsFailures: 'yes' }, /`handleErrorsAsFailures` must be true or false/],
  [{ account, ...site, messages: { oops: '' } }, /unknown option `messages.oops`/],
  [{ account, ...site, messages: { denied: 1 } }, /`messages.denied` must be a string/],
  [{ confirmations, account }, /`account` is not allowed with `confirmations`/],
  [{ confirmations, allow: '*' }, /`allow` is not allowed with `confirmations`/],
  [{ confirmations: {} }, /`confirmations` must be Confirmations/],
  [{ confirmations: { ...confirmations, signedIn: undefined } }, /`confirmations` must be Confirmations/],
  [{ confirmations: null }, /`confirmations` must be Confirmations/],
])('a strategy with the options %j throws a TypeError that names the option', (options, message) => {
  expect(create(options)).toThrow(TypeError)
  expect(create(options)).toThrow(message)
})

test('a strategy throws a TypeError when verify is not a function', () => {
  expect(create({ confirmations }, { id: 1 })).toThrow('`verify` must be a function')
})

test('options that are undefined are as if absent', async () => {
  const strategy = new ConfirmStrategy({
    confirmations,
    waitUrl: undefined,
    dialog: undefined,
    name: undefined,
  } as unknown as { confirmations: ConfirmationsLike })

  expect(strategy.name).toBe('xmpp-confirm')
  expect((await visit(strategy, { method: 'GET', session: {} })).action).toBe('fail')
})

describe('for a request', () => {
  const started: unknown[] = []
  const recording: ConfirmationsLike = {
    ...confirmations,
    start: async given => {
      started.push(given)
      return { id: 'AAAAAAAAAAAAAAAAAAAAAA', view: {} as never }
    },
  }
  beforeEach(() => {
    started.length = 0
  })
  const post = (body: object, more: object = {}) => ({ method: 'POST', session: {}, body, ...more })

  test.each<[string, object, object, object]>([
    ['the address', {}, { ip: '203.0.113.7' }, { place: '203.0.113.7', key: '203.0.113.7' }],
    ['the address of the socket', {}, { socket: { remoteAddress: '::1' } }, { place: '::1', key: '::1' }],
    ['no place', {}, {}, {}],
    ['no place of the app', { describe: () => undefined }, { ip: '::1' }, { key: '::1' }],
    ['a place of the app', { describe: () => 'Firefox' }, { ip: '::1' }, { place: 'Firefox', key: '::1' }],
    ['a language', { language: () => 'de' }, {}, { language: 'de' }],
  ])('the visitor is described by %s', async (_, options, req, visitor) => {
    await visit(new ConfirmStrategy({ confirmations: recording, ...options }), post({ jid: 'alice@localhost' }, req))

    expect(started).toEqual([{ jid: 'alice@localhost', visitor: { dialog: false, ...visitor } }])
  })

  test('the function for dialogs gets the prepared JID and only true counts', async () => {
    const asked: string[] = []
    for (const answer of [true, 'yes', Promise.resolve(true), false]) {
      const dialog = (_req: unknown, jid: string) => {
        asked.push(jid)
        return answer as boolean
      }
      await visit(new ConfirmStrategy({ confirmations: recording, dialog }), post({ jid: ' Alice@LOCALHOST/x ' }))
    }

    expect(asked).toEqual(Array(4).fill('alice@localhost'))
    expect(started).toMatchObject([true, false, true, false].map(dialog => ({ visitor: { dialog } })))
  })

  test.each<[string, object, object]>([
    ['a nested field', { field: 'user[jid]' }, { body: { user: { jid: 'alice@localhost' } } }],
    ['a lookup', { jidLookup: () => 'alice@localhost' }, { body: { jid: 'mallory@localhost' } }],
    ['a lookup that takes its time', { jidLookup: async () => 'alice@localhost' }, {}],
  ])('the JID is taken from %s', async (_, options, req) => {
    await visit(new ConfirmStrategy({ confirmations: recording, ...options }), post({}, req))

    expect(started).toMatchObject([{ jid: 'alice@localhost' }])
  })

  test.each([
    { query: { jid: 'mallory@localhost' } },
    { headers: { jid: 'mallory@localhost' } },
    { body: Object.create({ jid: 'mallory@localhost' }) as object },
  ])('the JID is not taken from %j', async req => {
    await visit(new ConfirmStrategy({ confirmations: recording }), { ...post({}), ...req })

    expect(started).toEqual([{ visitor: { dialog: false } }])
  })

  test('the app chooses the Confirmations by the request', async () => {
    const strategy = new ConfirmStrategy<{ tenant: string }>({
      confirmations: async req => (req.tenant === 'a' ? recording : confirmations),
    })
    expect((await visit(strategy, { ...post({}), tenant: 'a' })).action).toBe('redirect')
    expect((await visit(strategy, { ...post({}), tenant: 'b' })).action).toBe('error')
  })

  test('two strategies keep their requests apart by their key in the session', async () => {
    const session = {}
    const [first, second] = ['first', 'second'].map(
      sessionKey => new ConfirmStrategy({ confirmations: recording, sessionKey, waitUrl: `/${sessionKey}` }),
    )
    if (!first || !second) throw new Error('two strategies')

    expect(await visit(first, { ...post({}), session })).toMatchObject({ url: '/first' })
    expect(await visit(second, { ...post({}), session })).toMatchObject({ url: '/second' })
    expect(Object.keys(session)).toEqual(['first', 'second'])
  })

  test.each([
    ['a lookup', { jidLookup: () => Promise.reject(new Error('broken')) }],
    [
      'a description',
      {
        describe() {
          throw new Error('broken')
        },
      },
    ],
    ['a function for dialogs', { dialog: () => Promise.reject(new Error('broken')) }],
  ])('an error that is thrown by %s is an error of the app', async (_, options) => {
    const strategy = new ConfirmStrategy({ confirmations: recording, ...options })

    expect(await visit(strategy, post({ jid: 'alice@localhost' }))).toMatchObject({
      action: 'error',
      error: { message: 'broken' },
    })
    expect(started).toEqual([])
  })
})
