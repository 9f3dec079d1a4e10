import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import request from 'supertest'
import { type Account, Strategy, serializeUser, XmppBoshError } from '../../lib/index'
import { form, visit } from '../fixtures/passport'

/*
 * Passport, a session store, a flash and the app's own code run inside the strategy's actions, long after the framework's
 * handler has returned. What they throw there must reach the app's error handler, and must not end the process: jest
 * fails a test whose process has an uncaught error.
 */

const ACCOUNT = { jid: 'alice@localhost', username: 'alice', domain: 'localhost', mechanism: 'PLAIN' } as const
/** Authenticator that knows one password, and whose server is down for user `outage`. */
const authenticator = {
  async authenticate({ username, password }: { username: string; password: string }): Promise<Account> {
    if (username === 'outage') throw new XmppBoshError('ERR_XMPP_CONNECT', 'down')
    if (password !== 'secret') throw new XmppBoshError('invalid-credentials', 'wrong')
    return ACCOUNT
  },
}

/** Express app with the strategy behind `before`, and an error handler that counts its calls. */
function site({
  before = [],
  options = {},
  callback,
  handler = (_req, res) => void res.send('in'),
}: {
  before?: express.RequestHandler[]
  options?: object
  callback?: (req: express.Request, res: express.Response, next: express.NextFunction) => passport.AuthenticateCallback
  handler?: express.RequestHandler
}) {
  const own = new passport.Passport()
  own.use(new Strategy({ authenticator }))
  own.serializeUser(serializeUser)
  const errors: unknown[] = []
  const app = express().use(express.urlencoded({ extended: false }))
  for (const middleware of before) app.use(middleware)
  app.post('/login', (req, res, next) => {
    const authenticate = callback
      ? own.authenticate('xmpp-bosh', options, callback(req, res, next))
      : own.authenticate('xmpp-bosh', options)
    authenticate(req, res, next)
  })
  app.post('/login', handler)
  app.use(((error, _req, res, next) => {
    errors.push(error)
    if (res.headersSent) next(error)
    else res.status(500).send('handled')
  }) satisfies express.ErrorRequestHandler)
  app.use(((_error, _req, res, _next) => void res.destroy()) satisfies express.ErrorRequestHandler)
  return { app, errors }
}

const post = (app: Parameters<typeof request>[0], username: string, password: string) =>
  request(app).post('/login').type('form').send({ username, password })

const disconnected: express.RequestHandler = (req, _res, next) => {
  session({ secret: 's', resave: false, saveUninitialized: false })(req, {} as express.Response, () => {
    // As express-session does while its store is disconnected.
    Reflect.deleteProperty(req, 'session')
    next()
  })
}
const storeThatThrows: express.RequestHandler = (req, _res, next) => {
  Object.assign(req, {
    session: {
      regenerate() {
        throw new Error('the store threw')
      },
    },
  })
  next()
}
/** Session without regenerate(), as that of cookie-session. */
const cookieSession: express.RequestHandler = (req, _res, next) => {
  Object.assign(req, { session: {} })
  next()
}
/** Session of a store that answers in a later turn of the event loop. */
const laterSession: express.RequestHandler = (req, _res, next) => {
  const later = (done: () => void) => setTimeout(done)
  Object.assign(req, { session: { regenerate: later, save: later } })
  next()
}
const answeredBefore: express.RequestHandler = (_req, res, next) => {
  res.status(503).send('too slow')
  next()
}

let warnings: unknown[]
let details: string[]
beforeEach(() => {
  warnings = []
  details = []
  jest.spyOn(process, 'emitWarning').mockImplementation((_, options) => {
    const { type, detail } = options as { type: string; detail: string }
    warnings.push(type)
    details.push(detail)
  })
})
afterEach(() => jest.restoreAllMocks())

describe('before Passport has called next', () => {
  test.each<[string, string, Parameters<typeof site>[0]]>([
    ['failureMessage finds no session', 'wrong', { before: [disconnected], options: { failureMessage: true } }],
    ['failureFlash finds no flash', 'wrong', { options: { failureFlash: true } }],
    ['successMessage finds no session', 'secret', { before: [disconnected], options: { successMessage: 'Welcome' } }],
    ['successFlash finds no flash', 'secret', { options: { successFlash: 'Welcome' } }],
    ['a login finds no session', 'secret', { before: [disconnected] }],
    ['a login finds no session to return to', 'secret', { options: { successReturnToOrRedirect: '/' } }],
    ['the session store throws', 'secret', { before: [storeThatThrows] }],
    ['the session has no regenerate()', 'secret', { before: [cookieSession] }],
    [
      'the callback throws at a success',
      'secret',
      {
        callback: (_req, _res, next) => (error, user) => {
          if (error) return next(error)
          if (user) throw new Error('the callback threw')
        },
      },
    ],
    [
      'the callback throws at a failure',
      'wrong',
      {
        callback: (_req, _res, next) => (error, user) => {
          if (error) return next(error)
          if (!user) throw new Error('the callback threw')
        },
      },
    ],
    [
      'an async callback rejects at a success',
      'secret',
      {
        callback: (_req, _res, next) => async error => {
          if (error) return next(error)
          throw new Error('the callback threw')
        },
      },
    ],
  ])('the error handler gets one error when %s', async (_, password, given) => {
    const { app, errors } = site(given)
    const answer = await post(app, 'alice', password)

    expect([answer.status, answer.text]).toEqual([500, 'handled'])
    expect(errors).toEqual([expect.any(Error)])
    expect(warnings).toEqual([])
  })

  test.each<[string, string, Parameters<typeof site>[0]]>([
    ['a failure', 'wrong', { before: [answeredBefore], options: { failureRedirect: '/' } }],
    ['a success', 'secret', { before: [answeredBefore], options: { session: false, successRedirect: '/' } }],
    ['a success and a store', 'secret', { before: [laterSession, answeredBefore], options: { successRedirect: '/' } }],
    [
      'a success with a place to return to',
      'secret',
      { before: [laterSession, answeredBefore], options: { successReturnToOrRedirect: '/' } },
    ],
    [
      'a failure with failWithError',
      'wrong',
      { before: [answeredBefore], options: { failWithError: true, failureRedirect: '/' } },
    ],
  ])('the error handler gets one error when the redirect after %s comes too late', async (_, password, given) => {
    const { app, errors } = site(given)
    const answer = await post(app, 'alice', password)

    expect([answer.status, answer.text]).toEqual([503, 'too slow'])
    await untilTrue(() => errors.length > 0)
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_HTTP_HEADERS_SENT' })])
  })

  test.each([undefined, null, 0, '', false, 'route', 'router'])(
    'a login ends with an Error and not in the next handler when the app throws %p',
    async nothing => {
      const thrower = () => {
        throw nothing
      }
      const strategies = [
        new Strategy({ authenticator, credentialsLookup: thrower }),
        new Strategy({ authenticator, forwardClientIp: thrower }),
        new Strategy({ authenticator: thrower }),
        new Strategy({ authenticator: { authenticate: () => Promise.reject(nothing) } }),
        new Strategy({ authenticator }, () => Promise.reject(nothing)),
      ]
      for (const strategy of strategies) {
        expect(await visit(strategy, form('alice', 'secret'))).toEqual({ action: 'error', error: expect.any(Error) })
      }
    },
  )
})

describe('after Passport has called next', () => {
  /** Server of plain node:http, whose `next` is not called inside a framework's try. */
  async function plain(
    next: (error: unknown, res: http.ServerResponse) => void,
    options: object,
    visitor: object,
    prepare: (req: http.IncomingMessage) => void = () => {},
  ) {
    const own = new passport.Passport()
    own.use(new Strategy({ authenticator, credentialsLookup: () => visitor as { username: string; password: string } }))
    const calls: unknown[] = []
    const server = http.createServer((req, res) => {
      prepare(req)
      own.authenticate('xmpp-bosh', options)(req as express.Request, res as express.Response, (error?: unknown) => {
        calls.push(error)
        next(error, res)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
      const answer = await fetch(url).then(
        async got => [got.status, await got.text()],
        () => 'closed',
      )
      return { answer, calls }
    } finally {
      server.close()
    }
  }
  const throwing = () => {
    throw new Error('the next handler threw')
  }
  const alice = { username: 'alice', password: 'secret' }

  test.each<[string, object, object, unknown]>([
    ['a success', { session: false }, alice, undefined],
    ['a success without authInfo', { session: false, authInfo: false }, alice, undefined],
    ['a success with assignProperty', { assignProperty: 'account' }, alice, undefined],
    ['a failure with failWithError', { failWithError: true }, { ...alice, password: 'x' }, expect.any(Error)],
    [
      'a failure with failWithError in frozen options',
      Object.freeze({ failWithError: true }),
      { ...alice, password: 'x' },
      expect.any(Error),
    ],
    ['an error', {}, { ...alice, username: 'outage' }, expect.any(XmppBoshError)],
  ])('next is called once, and the visitor is cut off, when it throws after %s', async (_, options, visitor, error) => {
    const { answer, calls } = await plain(throwing, options, visitor)

    expect(answer).toBe('closed')
    expect(calls).toEqual([error])
    expect(warnings).toEqual(['PassportXmppBoshWarning'])
  })

  test.each([
    ['an error', (req: object) => Object.assign(new Error('the next handler threw'), { req })],
    ['an object', (req: object) => ({ req })],
  ])('the warning shows no request that the app throws inside %s', async (_, thrown) => {
    const req = { body: { password: 's3cret' } }
    const throws = () => {
      throw thrown(req)
    }
    await plain(throws, { session: false }, alice)

    expect(details).toHaveLength(1)
    expect(details[0]).toMatch(/the next handler threw|req/)
    expect(details[0]).not.toContain('s3cret')
  })

  test.each([{ failureMessage: true }, { failureFlash: true }, { failureMessage: 'No', failureFlash: 'No' }])(
    'next is called once when it throws after a failure with failWithError and %j',
    async more => {
      const options = { failWithError: true, ...more }
      const { answer, calls } = await plain(throwing, options, { ...alice, password: 'x' }, req =>
        Object.assign(req, { session: {}, flash() {} }),
      )

      expect(answer).toBe('closed')
      expect(calls).toEqual([expect.any(Error)])
      expect(options).toEqual({ failWithError: true, ...more })
      expect(Object.getOwnPropertyDescriptor(options, 'failWithError')).toHaveProperty('value', true)
    },
  )

  test('next gets the error when failWithError stands beside a flash that is missing', async () => {
    const options = { failWithError: true, failureFlash: true }
    const { answer, calls } = await plain((_, res) => res.end('told'), options, { ...alice, password: 'x' })

    expect([answer, calls]).toEqual([[200, 'told'], [expect.any(TypeError)]])
  })

  const odd = (property: PropertyKey) =>
    Object.defineProperty(new Error('odd'), property, {
      get() {
        throw new Error('the getter threw')
      },
    })
  test.each<[string, () => unknown]>([
    ['a stack that throws', () => odd('stack')],
    ['an inspection that throws', () => odd(inspect.custom)],
    [
      'no property that can be read',
      () =>
        new Proxy(new Error('odd'), {
          get() {
            throw new Error('the trap threw')
          },
        }),
    ],
  ])('the visitor is cut off, and the process lives, when next throws an error with %s', async (_, make) => {
    const thrower = () => {
      throw make()
    }
    const { answer, calls } = await plain(thrower, { session: false }, alice)

    expect([answer, calls]).toEqual(['closed', [undefined]])
    expect(warnings).toEqual(['PassportXmppBoshWarning'])
  })

  test('the visitor is cut off when destroySoon() of the socket throws', async () => {
    const { answer } = await plain(throwing, { session: false }, alice, req => {
      Object.assign(req.socket, { destroySoon: throwing })
    })

    expect(answer).toBe('closed')
  })

  test.each<[string, () => unknown]>([
    ['without a code', () => branded({})],
    ['with a number as code', () => branded({ code: 1 })],
    [
      'with a code that throws',
      () =>
        branded({
          get code() {
            throw new Error('the getter threw')
          },
        }),
    ],
  ])('an error that has the brand of the library %s is delivered as an error', async (_, make) => {
    const reason = make()
    const strategy = new Strategy({ authenticator: { authenticate: () => Promise.reject(reason) } })
    const { action, error } = await visit(strategy, form('alice', 'secret'))

    expect(action).toBe('error')
    expect(error === reason).toBe(true)
  })

  const END = (answer: http.ServerResponse) => void answer.end('answered')
  test.each<[string, string, boolean]>([
    ['a success', 'secret', true],
    ['a failure', 'wrong', true],
    ['a success without Express', 'secret', false],
    ['a failure without Express', 'wrong', false],
  ])('a callback that has answered is called once when it throws after %s', async (_, password, isExpress) => {
    const { answer, calls } = await answering(isExpress, password, answer => {
      END(answer)
      throw new Error('too late')
    })

    expect([answer, calls]).toEqual([[200, 'answered'], 1])
    expect(warnings).toEqual(['PassportXmppBoshWarning'])
  })

  test.each([true, false])(
    'an async callback that has answered is called once when it rejects (Express: %p)',
    async on => {
      const { answer, calls } = await answering(on, 'secret', async answer => {
        END(answer)
        await new Promise(resolve => setTimeout(resolve, 20))
        throw new Error('too late')
      })
      await untilTrue(() => warnings.length > 0)

      expect([answer, calls]).toEqual([[200, 'answered'], 1])
      expect(warnings).toEqual(['PassportXmppBoshWarning'])
    },
  )

  /** Posts one login to a server whose custom callback calls `end`. */
  async function answering(isExpress: boolean, password: string, end: (answer: http.ServerResponse) => unknown) {
    const own = new passport.Passport()
    own.use(new Strategy({ authenticator, credentialsLookup: () => ({ username: 'alice', password }) }))
    let calls = 0
    const listener = (req: http.IncomingMessage, res: http.ServerResponse) =>
      own.authenticate('xmpp-bosh', () => {
        calls++
        return end(res)
      })(req as express.Request, res as express.Response, () => {})
    const server = http.createServer(isExpress ? express().use(listener as express.RequestHandler) : listener)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    try {
      const got = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const answer = [got.status, await got.text()]
      // A second answer would be written in a later turn.
      await new Promise(resolve => setTimeout(resolve, 50))
      return { answer, calls }
    } finally {
      server.close()
    }
  }

  test('the stream of the visitor alone is closed when next throws over HTTP/2', async () => {
    const own = new passport.Passport()
    own.use(new Strategy({ authenticator, credentialsLookup: () => ({ username: 'alice', password: 'secret' }) }))
    const slow: http2.Http2ServerResponse[] = []
    const server = http2.createServer((req, res) => {
      if (req.url === '/slow') slow.push(res)
      else own.authenticate('xmpp-bosh', { session: false })(req as never, res as never, throwing)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const client = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    try {
      const other = client.request({ ':path': '/slow' })
      other.setEncoding('utf8')
      await untilTrue(() => slow.length > 0)
      const login = client.request({ ':path': '/login' })
      const [error] = await once(login, 'error').catch((thrown: unknown) => [thrown])
      expect(error).toMatchObject({ code: 'ERR_HTTP2_STREAM_ERROR' })
      slow[0]?.end('still here')
      const chunks: string[] = []
      for await (const chunk of other) chunks.push(chunk as string)
      expect(chunks.join('')).toBe('still here')
      expect(client.destroyed).toBe(false)
    } finally {
      client.close()
      server.close()
    }
  })

  test('the answer arrives when next throws after sending it', async () => {
    const { answer, calls } = await plain(
      (_, res) => {
        res.end('in')
        throw new Error('too late')
      },
      { session: false },
      alice,
    )

    expect(answer).toEqual([200, 'in'])
    expect(calls).toEqual([undefined])
  })

  test('an error of the next handler reaches the error handler once when a store answers later', async () => {
    const { app, errors } = site({ before: [laterSession], handler: throwing })
    const answer = await post(app, 'alice', 'secret')

    expect([answer.status, errors]).toEqual([500, [expect.objectContaining({ message: 'the next handler threw' })]])
  })

  test('the visitor is cut off when the callback throws at the error, too', async () => {
    let calls = 0
    const { app, errors } = site({
      callback: () => () => {
        calls++
        throw new Error('always')
      },
    })
    for (const [username, expected] of [
      ['alice', 2],
      ['outage', 1],
    ] as const) {
      calls = 0
      await expect(post(app, username, 'secret')).rejects.toThrow(/hang up|ECONNRESET/)
      expect(calls).toBe(expected)
    }
    expect(errors).toEqual([])
    expect(warnings).toEqual(['PassportXmppBoshWarning', 'PassportXmppBoshWarning'])
  })

  test('req.logIn is the one of Passport again when a login is over', async () => {
    const seen: unknown[] = []
    const { app } = site({
      options: { session: false },
      handler: (req, res) => {
        seen.push(req.logIn, Object.hasOwn(req, 'logIn'))
        res.send('in')
      },
    })
    await post(app, 'alice', 'secret')

    expect(seen).toEqual([passportLogIn(), true])
  })
})

/** Returns an object with the brand by which copies of the library know each other's errors. */
function branded(properties: object): object {
  return Object.defineProperty(properties, Symbol.for('passport-xmpp-bosh.XmppBoshError'), { value: true })
}

/** Returns the function that Passport puts on a request. */
function passportLogIn(): unknown {
  return require('passport/lib/http/request').logIn
}

async function untilTrue(isTrue: () => boolean): Promise<void> {
  for (let turn = 0; turn < 1000 && !isTrue(); turn++) await new Promise(resolve => setTimeout(resolve, 1))
}
