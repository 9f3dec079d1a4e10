import { EventEmitter, once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import request from 'supertest'
import { type Account, deserializeUser, Strategy, serializeUser, type Verify, XmppBoshError } from '../../lib/index'
import { VERIFY_DONE_MS } from '../../lib/limits'
import { Authenticator } from '../../lib/login/authenticator'
import { Responder } from '../../lib/testing/responder'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { type HandClock, handClock } from '../fixtures/clock'
import { form, visit } from '../fixtures/passport'
import { transportTo } from '../fixtures/transport'

let server: BoshServer
let authenticator: Authenticator
beforeAll(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { alice: 'alice', bob: 'bob' } })
})
afterAll(() => server.close())
beforeEach(() => {
  authenticator = new Authenticator({ service: server.url, domain: 'localhost', failureDelay: 0 })
})
afterEach(async () => {
  // Waits for the last terminates, which belong to this test.
  await authenticator.close()
  server.reset()
})

const PROFILE = {
  provider: 'xmpp',
  id: 'alice@localhost',
  jid: 'alice@localhost',
  username: 'alice',
  domain: 'localhost',
  displayName: 'alice',
  displayJid: 'alice@localhost',
}

describe('without verify', () => {
  test('the user is the profile and info names the mechanism', async () => {
    const { action, user, info } = await visit(new Strategy({ authenticator }), form('Alice@LOCALHOST', 'alice'))

    expect({ action, user, info }).toEqual({ action: 'success', user: PROFILE, info: { mechanism: 'SCRAM-SHA-512' } })
  })

  test('each login gets its own profile, which the app may change', async () => {
    const strategy = new Strategy({ authenticator })
    const { user: first } = await visit(strategy, form('alice', 'alice'))
    const { user: second } = await visit(strategy, form('alice', 'alice'))

    expect(Object.isFrozen(first)).toBe(false)
    expect(first).not.toBe(second)
  })
})

describe('given a verify function', () => {
  const alice = form('alice', 'alice')

  test('verify gets a frozen profile and nothing of the password', async () => {
    const seen: unknown[] = []
    const strategy = new Strategy({ authenticator }, (...given) => {
      seen.push(...given)
      given[1](null, { id: 1 })
    })
    await visit(strategy, alice)

    expect(seen).toEqual([PROFILE, expect.any(Function)])
    expect(Object.isFrozen(seen[0])).toBe(true)
  })

  test('verify gets the request first when passReqToCallback is true', async () => {
    const strategy = new Strategy({ authenticator, passReqToCallback: true }, (req, profile, done) =>
      done(null, { req, jid: profile.jid }),
    )

    expect((await visit(strategy, alice)).user).toEqual({ req: alice, jid: 'alice@localhost' })
  })

  test.each([0, 1, 2, 3])('verify may declare any number of parameters: %i', async length => {
    const verify: Verify = Object.defineProperty<Verify>((_, done) => done(null, { id: 7 }), 'length', {
      value: length,
    })

    expect((await visit(new Strategy({ authenticator }, verify), alice)).user).toEqual({ id: 7 })
  })

  test.each<[string, Verify]>([
    ['done with a user', (_, done) => done(null, { id: 7 })],
    ['a promise of a user', async () => ({ id: 7 })],
    ['done, from a function that is async for other reasons', async (_, done) => done(null, { id: 7 })],
    [
      'done first and a promise later: the first answer wins',
      (_, done) => {
        done(null, { id: 7 })
        return Promise.resolve({ id: 8 })
      },
    ],
    [
      'done twice: the first answer wins',
      (_, done) => {
        done(null, { id: 7 })
        done(new Error('late'))
      },
    ],
  ])('verify accepts the user by %s', async (_, verify) => {
    expect(await visit(new Strategy({ authenticator }, verify), alice)).toMatchObject({
      action: 'success',
      user: { id: 7 },
      info: { mechanism: 'SCRAM-SHA-512' },
    })
  })

  test.each<[string, Verify, object]>([
    ['done(null, false, info)', (_, done) => done(null, false, { message: 'no' }), { message: 'no' }],
    ['done(null, false, text)', (_, done) => done(null, false, 'no'), { message: 'no' }],
    ['done(null, null)', (_, done) => done(null, null), {}],
    ['a promise of false', async () => false as const, {}],
    ['a promise of null', async () => null, {}],
  ])('verify refuses the user by %s', async (_, verify, info) => {
    expect(await visit(new Strategy({ authenticator }, verify), alice)).toEqual({ action: 'fail', info, status: 401 })
  })

  const broken = new Error('database down')
  test.each<[string, Verify]>([
    ['done(error)', (_, done) => done(broken)],
    [
      'a throw',
      () => {
        throw broken
      },
    ],
    ['a rejection', () => Promise.reject(broken)],
  ])('verify reports an error by %s', async (_, verify) => {
    expect(await visit(new Strategy({ authenticator }, verify), alice)).toEqual({ action: 'error', error: broken })
  })

  test('a login fails in time when verify resolves to undefined and never calls done', async () => {
    const account = { jid: 'alice@localhost', username: 'alice', domain: 'localhost', mechanism: 'PLAIN' } as const
    const found = async () => [].find(() => true)
    const strategy = new Strategy({ authenticator: { authenticate: async () => account } }, found as unknown as Verify)
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] })
    try {
      const answer = visit(strategy, alice)
      while (jest.getTimerCount() === 0) await new Promise(resolve => setImmediate(resolve))
      jest.advanceTimersByTime(VERIFY_DONE_MS)

      expect(await answer).toEqual({
        action: 'error',
        error: expect.objectContaining({ message: expect.stringContaining('`verify`') }),
      })
    } finally {
      jest.useRealTimers()
    }
  })

  test.each([undefined, null, 0, ''])('a login ends with an Error when verify throws %p', async nothing => {
    const strategy = new Strategy({ authenticator }, () => Promise.reject(nothing))

    expect(await visit(strategy, alice)).toEqual({ action: 'error', error: expect.any(Error) })
  })

  test.each([false, true])(
    'an XmppBoshError from verify is an error of the app (handleErrorsAsFailures: %s)',
    async handleErrorsAsFailures => {
      for (const thrown of [
        new XmppBoshError('invalid-credentials', 'x'),
        new XmppBoshError('ERR_XMPP_TIMEOUT', 'x'),
      ]) {
        const strategy = new Strategy({ authenticator, handleErrorsAsFailures }, () => Promise.reject(thrown))

        expect(await visit(strategy, alice)).toEqual({ action: 'error', error: thrown })
      }
    },
  )

  test('verify is not called when the password is wrong', async () => {
    const verify = jest.fn()
    await visit(new Strategy({ authenticator }, verify), form('alice', 'bob'))

    expect(verify).not.toHaveBeenCalled()
  })
})

describe('in the request', () => {
  test.each([
    ['other names', { usernameField: 'jid', passwordField: 'pw' }, { body: { jid: 'alice', pw: 'alice' } }],
    [
      'nested names',
      { usernameField: 'user[name]', passwordField: 'user[pw]' },
      { body: { user: { name: 'alice', pw: 'alice' } } },
    ],
    ['a lookup of the app', { credentialsLookup: () => ({ username: 'alice', password: 'alice' }) }, {}],
  ])('the strategy finds credentials by %s', async (_, options, req) => {
    expect((await visit(new Strategy({ authenticator, ...options }), req)).action).toBe('success')
  })

  test.each([
    ['no body', {}],
    ['a query', { query: { username: 'alice', password: 'alice' } }],
    ['a body with arrays', form(['alice'], ['alice'])],
    ['a body with objects', form({ $gt: '' }, { $gt: '' })],
    ['inherited fields', { body: Object.create({ username: 'alice', password: 'alice' }) }],
    ['fields in "__proto__"', { body: JSON.parse('{ "__proto__": { "username": "alice", "password": "alice" } }') }],
    ['String objects', form(new String('alice'), new String('alice'))],
    ['numbers', form(1, 1)],
    ['a body that is text', { body: 'username=alice&password=alice' }],
    ['a body that is an array', { body: ['alice', 'alice'] }],
    ['a body that is a function', { body: Object.assign(() => {}, { username: 'alice', password: 'alice' }) }],
    ['an empty password', form('alice', '')],
    ['a blank name', form(' \t', 'alice')],
  ])('a login with %s fails with 400 before any request', async (_, req) => {
    expect(await visit(new Strategy({ authenticator }), req)).toEqual({
      action: 'fail',
      status: 400,
      info: { code: 'missing-credentials', message: 'Please enter a user name and a password.' },
    })
    expect(server.requests).toEqual([])
  })

  test('the strategy reads the body and neither the query, the address, a header nor a cookie', async () => {
    const elsewhere = ['query', 'params', 'url', 'originalUrl', 'headers', 'cookies', 'signedCookies', 'session', 'get']
    const read: string[] = []
    const req = (body?: object) =>
      elsewhere.reduce(
        (made, name) =>
          Object.defineProperty(made, name, {
            get() {
              read.push(name)
              return { username: 'alice', password: 'alice', authorization: 'Basic YWxpY2U6YWxpY2U=' }
            },
          }),
        { body },
      )

    for (const body of [undefined, {}, { username: 'alice' }, { password: 'alice' }]) {
      expect(await visit(new Strategy({ authenticator }), req(body))).toMatchObject({ action: 'fail', status: 400 })
    }
    expect(server.requests).toEqual([])
    expect((await visit(new Strategy({ authenticator }), req({ username: 'alice', password: 'alice' }))).action).toBe(
      'success',
    )
    expect(read).toEqual([])
  })

  test('each field is read once, so that the checked value is the one that is sent', async () => {
    const values: Record<string, unknown[]> = { username: ['alice', 'bob'], password: ['alice', 'bob'] }
    const body = Object.defineProperties(
      {},
      {
        username: { get: () => values['username']?.shift() },
        password: { get: () => values['password']?.shift() },
      },
    )

    expect((await visit(new Strategy({ authenticator }), { body })).user?.['jid']).toBe('alice@localhost')
    expect(values).toEqual({ username: ['bob'], password: ['bob'] })
  })

  test('a login ends in error when reading the body throws', async () => {
    const thrown = new Error('x')
    const body = Object.defineProperty({}, 'username', {
      get: () => {
        throw thrown
      },
    })

    expect(await visit(new Strategy({ authenticator }), { body })).toEqual({ action: 'error', error: thrown })
    expect(server.requests).toEqual([])
  })

  test('a login fails with 400 when the lookup finds nothing', async () => {
    const strategy = new Strategy({ authenticator, credentialsLookup: () => undefined })

    expect(await visit(strategy, {})).toMatchObject({ action: 'fail', status: 400 })
  })

  test('a login ends in error when the lookup throws', async () => {
    const thrown = new Error('x')
    const strategy = new Strategy({
      authenticator,
      credentialsLookup: () => {
        throw thrown
      },
    })

    expect(await visit(strategy, {})).toEqual({ action: 'error', error: thrown })
  })
})

describe('as graphql-passport calls it', () => {
  /** Calls Passport as graphql-passport 0.6 does: no `next`, the credentials as options, the result by the callback. */
  const context = (strategy: Strategy) => (options: object) =>
    new Promise((resolve, reject) => {
      const own = new passport.Passport()
      own.use(strategy)
      const callback: passport.AuthenticateCallback = (error, user, info) =>
        error ? reject(error) : resolve({ user, info })
      own.authenticate('xmpp-bosh', options, callback)({} as express.Request, {} as express.Response)
    })

  test('credentialsLookup gets the credentials from the options of the call', async () => {
    const strategy = new Strategy({
      authenticator,
      credentialsLookup: (_req, { username, password }) => ({ username: String(username), password: String(password) }),
    })
    const authenticate = context(strategy)

    expect(await authenticate({ username: 'alice', password: 'alice' })).toMatchObject({ user: PROFILE })
    expect(
      await authenticate({ username: 'alice', password: 'bob', messages: { invalidCredentials: 'Non.' } }),
    ).toEqual({
      user: false,
      info: { code: 'invalid-credentials', message: 'Non.' },
    })
  })

  test('credentialsLookup gets empty options when Passport gives none', async () => {
    const credentialsLookup = jest.fn(() => ({ username: 'alice', password: 'alice' }))
    await visit(new Strategy({ authenticator, credentialsLookup }), {})

    expect(credentialsLookup).toHaveBeenCalledWith({}, {})
  })
})

describe('for every refusal', () => {
  test.each([
    ['a wrong password', 'alice', 'bob'],
    ['an unknown user', 'carol', 'bob'],
    ['a foreign domain', 'alice@evil.example', 'alice'],
    ['a resource', 'alice@localhost/phone', 'alice'],
    ['two "@"', 'alice@localhost@localhost', 'alice'],
    ['no localpart', 'a\u00a0b', 'alice'],
    ['a password that SASLprep refuses', 'alice', '\u0627\u0031'],
  ])('a login with %s gets the same answer', async (_, username, password) => {
    expect(await visit(new Strategy({ authenticator }), form(username, password))).toEqual({
      action: 'fail',
      status: 401,
      info: { code: 'invalid-credentials', message: 'Unknown user name or wrong password.' },
    })
  })
})

test('the strategy never calls redirect() or pass()', async () => {
  const elsewhere = { redirect: jest.fn(), pass: jest.fn() }
  const strategy = Object.assign(new Strategy({ authenticator }), elsewhere)
  server.fault({ on: 'create', reply: { status: 302, headers: { Location: 'https://evil.example/' } } })
  const body = { username: 'alice', password: 'alice', returnTo: '//evil.example', next: '/\\evil.example' }
  const actions = []
  for (const password of ['alice', 'alice', 'wrong', '']) {
    actions.push((await visit(strategy, { body: { ...body, password }, query: body })).action)
  }

  expect(actions).toEqual(['error', 'success', 'fail', 'fail'])
  for (const action of Object.values(elsewhere)) expect(action).not.toHaveBeenCalled()
})

describe('in option `messages`', () => {
  test('the texts of one call replace those of the strategy', async () => {
    const strategy = new Strategy({ authenticator, messages: { invalidCredentials: 'Nein.', badRequest: 'Leer.' } })
    const perCall = { messages: { invalidCredentials: 'Non.' } }

    expect((await visit(strategy, form('alice', 'x'))).info?.['message']).toBe('Nein.')
    expect((await visit(strategy, form('alice', 'x'), perCall)).info?.['message']).toBe('Non.')
    expect((await visit(strategy, form('', ''), perCall)).info?.['message']).toBe('Leer.')
  })

  test('a text that is undefined replaces no other', async () => {
    const messages = { invalidCredentials: 'Nein.', badRequest: undefined } as never
    const strategy = new Strategy({ authenticator, messages })
    const perCall = { messages: { invalidCredentials: undefined } }

    expect((await visit(strategy, form('alice', 'x'), perCall)).info?.['message']).toBe('Nein.')
    expect((await visit(strategy, form('', ''), perCall)).info?.['message']).toMatch(/^Please enter/)
    expect((await visit(strategy, form('alice', 'x'), { messages: undefined })).info?.['message']).toBe('Nein.')
  })

  test('a disabled account has its own code and the common text unless the app sets another', async () => {
    server.accounts.disable('alice')
    const known = await visit(new Strategy({ authenticator }), form('alice', 'alice'))
    const told = await visit(
      new Strategy({ authenticator, messages: { accountDisabled: 'Locked.' } }),
      form('alice', 'alice'),
    )

    expect(known).toMatchObject({
      status: 401,
      info: { code: 'account-disabled', message: 'Unknown user name or wrong password.' },
    })
    expect(told.info?.['message']).toBe('Locked.')
  })
})

describe('on faults of the server', () => {
  test('an outage is an error by default', async () => {
    server.fault({ on: 'auth', reply: 'temporary-auth-failure' })

    expect(await visit(new Strategy({ authenticator }), form('alice', 'alice'))).toMatchObject({
      action: 'error',
      error: { code: 'ERR_XMPP_UNAVAILABLE', status: 503 },
    })
  })

  test.each([
    ['does not know the password', { on: 'response', reply: { sasl: () => `v=${'A'.repeat(86)}==` } }, 'SERVER_PROOF'],
    ['names another account', { on: 'bind', reply: { boundJid: 'bob@localhost/x' } }, 'IDENTITY'],
  ] as const)('a login ends in error under handleErrorsAsFailures when the server %s', async (_, fault, code) => {
    server.fault(fault)

    expect(
      await visit(new Strategy({ authenticator, handleErrorsAsFailures: true }), form('alice', 'alice')),
    ).toMatchObject({ action: 'error', error: { code: `ERR_XMPP_${code}`, status: 502 } })
  })

  test('an outage is a failure with 503 under handleErrorsAsFailures', async () => {
    server.fault({ on: 'auth', reply: 'temporary-auth-failure' })

    expect(await visit(new Strategy({ authenticator, handleErrorsAsFailures: true }), form('alice', 'alice'))).toEqual({
      action: 'fail',
      status: 503,
      info: {
        code: 'ERR_XMPP_UNAVAILABLE',
        message: 'Signing in is not possible at the moment. Please try again later.',
      },
    })
  })
})

describe('with forwardClientIp', () => {
  test('every request carries the address, an IPv4-mapped one as IPv4', async () => {
    const strategy = new Strategy({ authenticator, forwardClientIp: req => req.ip })
    await visit(strategy, { ...form('alice', 'alice'), ip: '::ffff:203.0.113.7' })
    const sent = server.requests.filter(({ step }) => step !== 'terminate')

    expect(sent.map(({ headers }) => headers['x-forwarded-for'])).toEqual(sent.map(() => '203.0.113.7'))
  })

  test.each([undefined, '', 'unknown', '1.2.3.4, 5.6.7.8', '1.2.3.4:80', 'evil\r\nHost: x'])(
    'a login ends with ERR_XMPP_CLIENT_IP when the address is %p',
    async ip => {
      const strategy = new Strategy({ authenticator, forwardClientIp: () => ip })

      expect(await visit(strategy, form('alice', 'alice'))).toMatchObject({
        action: 'error',
        error: { code: 'ERR_XMPP_CLIENT_IP', status: 500 },
      })
      expect(server.requests).toEqual([])
    },
  )
})

describe('with the key of the visitor', () => {
  const socket = Object.assign(new EventEmitter(), { remoteAddress: '192.0.2.8' })
  test.each<[what: string, req: object, forwardClientIp: (() => string | undefined) | undefined, context: object]>([
    ['`req.ip`', { ip: '192.0.2.7', socket }, undefined, { key: '192.0.2.7' }],
    ['the address of the socket when `req.ip` is missing', { socket }, undefined, { key: '192.0.2.8' }],
    ['no key when the request tells no address', {}, undefined, {}],
    ['no key when `req.ip` is not a string', { ip: 7 }, undefined, {}],
    ['the forwarded address', { ip: '::1', socket }, () => '192.0.2.9', { key: '192.0.2.9', clientIp: '192.0.2.9' }],
  ])('the strategy passes %s', async (_, req, forwardClientIp, context) => {
    const authenticate = jest.fn(async () => ({ jid: 'a@b', username: 'a', domain: 'b', mechanism: 'PLAIN' as const }))
    const strategy = new Strategy({ authenticator: { authenticate }, ...(forwardClientIp && { forwardClientIp }) })
    await visit(strategy, { ...form('alice', 'alice'), ...req })
    expect(authenticate).toHaveBeenCalledWith(expect.anything(), { signal: expect.anything(), ...context })
  })
})

describe('on the socket of the visitor', () => {
  class Socket extends EventEmitter {
    destroyed = false
  }

  test('a close gives up the login, terminates its session and leaves no listener', async () => {
    const socket = new Socket()
    server.fault({ on: 'auth', reply: 'hang' })
    const answered = visit(new Strategy({ authenticator }), { ...form('alice', 'alice'), socket })
    while (!server.requests.some(({ step }) => step === 'auth')) await new Promise(resolve => setImmediate(resolve))
    socket.emit('close')

    expect(await answered).toMatchObject({ action: 'error', error: { code: 'ERR_XMPP_ABORTED', status: 499 } })
    expect(socket.listenerCount('close')).toBe(0)
    while (server.sessions.length > 0) await new Promise(resolve => setImmediate(resolve))
    expect(server.requests.map(({ step }) => step)).toEqual(['create', 'auth', 'terminate'])
  })

  test('a closed connection causes no request', async () => {
    const socket = Object.assign(new Socket(), { destroyed: true })

    expect(await visit(new Strategy({ authenticator }), { ...form('alice', 'alice'), socket })).toMatchObject({
      action: 'error',
      error: { code: 'ERR_XMPP_ABORTED' },
    })
    expect(server.requests).toEqual([])
  })

  test('no listener is left when forwardClientIp throws', async () => {
    const socket = new Socket()
    const strategy = new Strategy({
      authenticator,
      forwardClientIp: () => {
        throw new Error('x')
      },
    })
    await visit(strategy, { ...form('alice', 'alice'), socket })

    expect(socket.listenerCount('close')).toBe(0)
  })

  test('a socket has one listener when twenty logins are pipelined on it, and its close gives all of them up', async () => {
    const socket = new Socket()
    const warned = jest.spyOn(process, 'emitWarning').mockImplementation(() => {})
    server.fault({ on: 'auth', reply: 'hang', times: 20 })
    const strategy = new Strategy({ authenticator })
    const answered = Array.from({ length: 20 }, () => visit(strategy, { ...form('alice', 'alice'), socket }))
    while (server.requests.filter(({ step }) => step === 'auth').length < 20) {
      expect(socket.listenerCount('close')).toBeLessThanOrEqual(1)
      await new Promise(resolve => setImmediate(resolve))
    }
    expect(socket.listenerCount('close')).toBe(1)
    socket.emit('close')
    for (const answer of await Promise.all(answered)) {
      expect(answer).toMatchObject({ action: 'error', error: { code: 'ERR_XMPP_ABORTED' } })
    }
    expect(socket.listenerCount('close')).toBe(0)
    expect(warned).not.toHaveBeenCalled()
    warned.mockRestore()
  })

  test('a login that ends leaves the others on its socket under watch', async () => {
    const socket = new Socket()
    const strategy = new Strategy({ authenticator })
    server.fault({ on: 'auth', reply: 'hang' })
    const hanging = visit(strategy, { ...form('alice', 'alice'), socket })
    while (!server.requests.some(({ step }) => step === 'auth')) await new Promise(resolve => setImmediate(resolve))
    expect(await visit(strategy, { ...form('alice', 'alice'), socket })).toMatchObject({ action: 'success' })
    expect(socket.listenerCount('close')).toBe(1)
    socket.emit('close')
    expect(await hanging).toMatchObject({ action: 'error', error: { code: 'ERR_XMPP_ABORTED' } })
  })

  test('no listener is left after an answer', async () => {
    const socket = new Socket()
    await visit(new Strategy({ authenticator }), { ...form('alice', 'alice'), socket })
    await visit(new Strategy({ authenticator }), { ...form('alice', 'wrong'), socket })

    expect(socket.listenerCount('close')).toBe(0)
  })
})

describe('in one turn of the event loop', () => {
  const STEPS = ['create', 'auth', 'response', 'restart', 'bind'] as const
  const END = {
    'the deadline': (clock: HandClock) => clock.advance(1000),
    'the visitor leaving': (_: HandClock, socket: EventEmitter) => socket.emit('close'),
    close: (_clock: HandClock, _socket: EventEmitter, used: Authenticator) => void used.close(),
  }
  const RACES = STEPS.flatMap(step =>
    (Object.keys(END) as (keyof typeof END)[]).flatMap(end => [
      { step, end, first: 'the reply' },
      { step, end, first: 'the end' },
    ]),
  )

  test.each(RACES)('one answer is given when $step meets $end, $first first', async ({ step, end, first }) => {
    const clock = handClock()
    const socket = new EventEmitter()
    const responder = new Responder({ domain: 'localhost', accounts: { alice: 'alice' } })
    const transport = transportTo({
      async post(_, body, { signal }) {
        const reply = await responder.respond(Buffer.from(body))
        if (typeof reply === 'string') throw new Error(reply)
        const answer = Buffer.from(reply.body)
        if (responder.requests.at(-1)?.step !== step) return answer
        return new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
          const ending = () => END[end](clock, socket, used)
          setImmediate(() => {
            if (first === 'the end') ending()
            resolve(answer)
            if (first === 'the reply') ending()
          })
        })
      },
      close() {},
    })
    const used = new Authenticator(
      { service: 'https://xmpp.example.com/bosh', domain: 'localhost', timeout: 1000, failureDelay: 0 },
      { clock, transport },
    )
    const actions = { success: jest.fn(), fail: jest.fn(), error: jest.fn() }
    const strategy = Object.assign(Object.create(new Strategy({ authenticator: used })), actions) as Strategy
    strategy.authenticate({ ...form('alice', 'alice'), socket })
    const calls = () => Object.values(actions).flatMap(({ mock }) => mock.calls)
    while (calls().length === 0) await new Promise(resolve => setImmediate(resolve))
    // Nothing is left that could answer once more.
    await used.close()
    for (let turns = 0; turns < 10; turns++) await new Promise(resolve => setImmediate(resolve))

    expect(calls()).toHaveLength(1)
    expect(actions.fail).not.toHaveBeenCalled()
    if (first === 'the end') expect(actions.error).toHaveBeenCalledTimes(1)
    // A session cannot be terminated when its sid never arrived: the server forgets it by itself.
    const isUnknown = step === 'create' && end === 'the deadline' && first === 'the end'
    expect(responder.sessions).toHaveLength(isUnknown ? 1 : 0)
  })
})

describe('through Passport', () => {
  /** Creates an Authenticator that answers in the given order. */
  function inOrder(...order: string[]) {
    const gates = new Map<string, () => void>()
    const opened = new Map(order.map(name => [name, new Promise<void>(resolve => gates.set(name, resolve))]))
    gates.get(order[0] ?? '')?.()
    return {
      async authenticate(credentials: { username: string; password: string }): Promise<Account> {
        const account = await authenticator.authenticate(credentials)
        await opened.get(credentials.username)
        const next = order[order.indexOf(credentials.username) + 1]
        // After this answer has gone its way.
        setImmediate(() => gates.get(next ?? '')?.())
        return account
      },
    }
  }

  function app(authenticate: express.RequestHandler) {
    return express()
      .use(express.urlencoded({ extended: false }))
      .post('/login', authenticate, (req, res) => void res.json({ user: req.user, info: req.authInfo }))
  }

  test('two overlapping requests through one unnamed instance each get their own user', async () => {
    const unnamed = new Strategy({ authenticator: inOrder('bob', 'alice') })
    const site = app(passport.authenticate(unnamed, { session: false }))
    const listening = site.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    try {
      const origin = `http://127.0.0.1:${(listening.address() as AddressInfo).port}`
      const signIn = (name: string) =>
        request(origin).post('/login').type('form').send({ username: name, password: name })
      const [alice, bob] = await Promise.all([signIn('alice'), signIn('bob')])

      expect(alice.body.user.jid).toBe('alice@localhost')
      expect(bob.body.user.jid).toBe('bob@localhost')
    } finally {
      listening.close()
    }
  })

  test('a hundred overlapping requests through one unnamed instance each get their own user', async () => {
    const names = Array.from({ length: 100 }, (_, n) => `user${n}`)
    for (const name of names) server.accounts.add(name, name)
    const shuffled = names.map((_, n) => `user${(n * 37 + 11) % 100}`)
    const site = app(
      passport.authenticate(new Strategy({ authenticator: inOrder(...shuffled) }), { session: false }),
    ).listen(0, '127.0.0.1')
    await once(site, 'listening')
    try {
      const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`
      const answers = await Promise.all(
        names.map(name => request(origin).post('/login').type('form').send({ username: name, password: name })),
      )

      expect(answers.map(({ body }) => body.user.jid)).toEqual(names.map(name => `${name}@localhost`))
    } finally {
      site.close()
    }
  })

  test.each([
    'username[]=alice&password=alice',
    'username=alice&username=bob&password=alice',
    'username=alice&password[$gt]=',
    'username[length]=5&password=alice',
    'username[__proto__]=alice&password[toString]=alice',
    '__proto__[username]=alice&__proto__[password]=alice',
    'constructor[prototype][username]=alice&constructor[prototype][password]=alice',
  ])('the nested form %s gets 400 before any request', async fields => {
    const site = express()
      .use(express.urlencoded({ extended: true }))
      .post('/login', passport.authenticate(new Strategy({ authenticator }), { session: false }))
    const answer = await request(site).post('/login').type('form').send(fields)

    expect(answer.status).toBe(400)
    expect(server.requests).toEqual([])
    expect(({} as { username?: unknown }).username).toBeUndefined()
  })

  test('a GET with credentials in its address gets 400 before any request', async () => {
    const site = express().get('/login', passport.authenticate(new Strategy({ authenticator }), { session: false }))
    const answer = await request(site).get('/login?username=alice&password=alice')

    expect(answer.status).toBe(400)
    expect(server.requests).toEqual([])
  })

  test('two overlapping requests through a named strategy each get their own user', async () => {
    const named = new passport.Passport()
    named.use(new Strategy({ authenticator: inOrder('bob', 'alice') }))
    const site = app(named.authenticate('xmpp-bosh', { session: false }))
    const signIn = (name: string) => request(site).post('/login').type('form').send({ username: name, password: name })
    const [alice, bob] = await Promise.all([signIn('alice'), signIn('bob')])

    expect(alice.body).toMatchObject({ user: { jid: 'alice@localhost' }, info: { mechanism: 'SCRAM-SHA-512' } })
    expect(bob.body).toMatchObject({ user: { jid: 'bob@localhost' } })
  })

  test('a refusal has status 401 and no WWW-Authenticate header', async () => {
    const site = app(passport.authenticate(new Strategy({ authenticator }), { session: false }))
    const answer = await request(site).post('/login').type('form').send({ username: 'alice', password: 'x' })

    expect(answer.status).toBe(401)
    expect(answer.headers).not.toHaveProperty('www-authenticate')
  })

  test('an error in the rest of the app stays an error of the app', async () => {
    const site = express()
      .use(express.urlencoded({ extended: false }))
      .post('/login', passport.authenticate(new Strategy({ authenticator }), { session: false }), () => {
        throw new Error('the app is broken')
      })
      .use(
        ((error, _req, res, _next) => void res.status(500).send(error.message)) satisfies express.ErrorRequestHandler,
      )
    const answer = await request(site).post('/login').type('form').send({ username: 'alice', password: 'alice' })

    expect([answer.status, answer.text]).toEqual([500, 'the app is broken'])
  })

  test('the session holds the bare JID and nothing else', async () => {
    const own = new passport.Passport()
    own.use(new Strategy({ authenticator }))
    own.serializeUser(serializeUser)
    own.deserializeUser(deserializeUser)
    const site = express()
      .use(session({ secret: 's', resave: false, saveUninitialized: false }))
      .use(own.session())
      .use(express.urlencoded({ extended: false }))
      .post('/login', own.authenticate('xmpp-bosh'), (_req, res) => void res.end())
      .get('/', (req, res) => void res.json({ user: req.user ?? null, session: req.session }))
    const browser = request.agent(site)
    await browser.post('/login').type('form').send({ username: 'alice', password: 'alice' })
    const { body } = await browser.get('/')

    expect(body.user).toEqual(PROFILE)
    expect(body.session.passport).toEqual({ user: 'alice@localhost' })
  })
})

describe('on construction', () => {
  test('the name is xmpp-bosh unless option `name` sets another', () => {
    expect(new Strategy({ authenticator }).name).toBe('xmpp-bosh')
    expect(new Strategy({ authenticator, name: 'staff' }).name).toBe('staff')
  })

  test.each([
    [{ authenticator: {} }, 'authenticator'],
    [{ authenticator: () => authenticator, domain: 'localhost' }, 'domain'],
    [{ service: 'http://127.0.0.1/', domain: 'localhost', pasword: 1 }, 'pasword'],
    [{ service: 'http://127.0.0.1/', domain: 'localhost', usernameField: '' }, 'usernameField'],
    [{ service: 'http://127.0.0.1/', domain: 'localhost', forwardClientIp: true }, 'forwardClientIp'],
    [{ service: 'http://127.0.0.1/', domain: 'localhost', messages: { nope: '' } }, 'messages.nope'],
    [{ service: 'http://127.0.0.1/', domain: 'localhost', messages: { badRequest: 1 } }, 'messages.badRequest'],
    [{ service: 'http://127.0.0.1/', domain: 'localhost', passReqToCallback: 'yes' }, 'passReqToCallback'],
    [{ service: 'http://127.0.0.1/' }, 'domain'],
    [undefined, 'options'],
  ])('the options %j cause a TypeError that names %s', (options, name) => {
    expect(() => new Strategy(options as never)).toThrow(TypeError)
    expect(() => new Strategy(options as never)).toThrow(name)
  })

  test('an option that is undefined is as if absent', async () => {
    const none = { scope: undefined, state: undefined, name: undefined, messages: undefined, usernameField: undefined }
    const connection = { service: server.url, domain: 'localhost', authenticator: undefined, tls: undefined }
    const strategies = [
      new Strategy({ ...none, ...connection, failureDelay: undefined } as never, undefined),
      new Strategy({ ...none, authenticator, service: undefined, domain: undefined } as never),
    ]
    for (const strategy of strategies) {
      expect(strategy.name).toBe('xmpp-bosh')
      expect((await visit(strategy, form('alice', 'alice'))).action).toBe('success')
      await strategy.close()
    }
  })

  test('a TypeError rejects a verify that is not a function', () => {
    expect(() => new Strategy({ authenticator }, 'x' as never)).toThrow(TypeError)
  })

  test('the app chooses one Authenticator per tenant', async () => {
    const other = await startBoshServer({ domain: 'other.example', accounts: { alice: 'secret' } })
    const tenants = new Authenticator({ service: other.url, domain: 'other.example', failureDelay: 0 })
    const strategy = new Strategy<{ tenant?: string }>({
      authenticator: async req => (req.tenant === 'other' ? tenants : authenticator),
    })

    expect((await visit(strategy, { ...form('alice', 'secret'), tenant: 'other' })).user?.['jid']).toBe(
      'alice@other.example',
    )
    expect((await visit(strategy, form('alice', 'alice'))).user?.['jid']).toBe('alice@localhost')
    await tenants.close()
    await other.close()
  })

  test('an inspected strategy shows no secret', () => {
    expect(
      inspect(new Strategy({ service: 'http://127.0.0.1/', domain: 'localhost' }), { depth: 9, showHidden: true }),
    ).not.toContain('Settings {')
  })

  test('errors of another installed copy are recognized', () => {
    const foreign = { [Symbol.for('passport-xmpp-bosh.XmppBoshError')]: true, code: 'ERR_XMPP_TIMEOUT' }

    expect(XmppBoshError.is(foreign)).toBe(true)
    expect(XmppBoshError.is(new Error('x'))).toBe(false)
  })
})
