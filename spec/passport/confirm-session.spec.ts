import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { type Express } from 'express'
import session from 'express-session'
import { type AuthenticateCallback, Passport } from 'passport'
import request from 'supertest'
import { MAX_HOLD_MS } from '../../lib/confirm/limits'
import { Confirmations, ConfirmStrategy, deserializeUser, serializeUser } from '../../lib/index'
import { ChatAccount } from '../fixtures/chat-account'
import { visit } from '../fixtures/passport'

/* The sessions of real browsers: Express, express-session and Passport. */

const ALICE = 'alice@localhost/phone'
const SITE = { site: 'Recipe', url: 'https://app.example.com/login', allow: 'localhost' }

let account: ChatAccount
let confirmations: Confirmations
let strategy: ConfirmStrategy
let store: session.MemoryStore
let app: Express
beforeEach(() => {
  account = new ChatAccount()
  confirmations = new Confirmations({ account, ...SITE })
  strategy = new ConfirmStrategy({ confirmations })
  store = new session.MemoryStore()
  app = appWith(strategy)
})
afterEach(() => confirmations.close())

function appWith(confirming: ConfirmStrategy): Express {
  const passport = new Passport()
  passport.use(confirming)
  passport.serializeUser(serializeUser)
  passport.deserializeUser(deserializeUser)
  const created = express()
  created.use(express.urlencoded({ extended: false }))
  created.use(session({ secret: 'x', resave: false, saveUninitialized: false, store }))
  created.use(passport.session())
  created.post('/start', passport.authenticate('xmpp-confirm'))
  created.get('/login/xmpp/wait', async (req, res) => {
    res.json((await confirming.waiting(req, { hold: Number(req.query['hold'] ?? 0) })) ?? null)
  })
  created.get('/finish', passport.authenticate('xmpp-confirm', { successRedirect: '/', failureRedirect: '/refused' }))
  created.get('/api/finish', (req, res, next) => {
    const answer: AuthenticateCallback = (_error, _user, info, status) => res.json({ ...Object(info), status })
    passport.authenticate('xmpp-confirm', answer)(req, res, next)
  })
  created.post('/cancel', async (req, res) => {
    await confirming.cancel(req)
    res.end()
  })
  created.post('/token', (req, res) => {
    Object.assign(req.session, { csrf: 'token' })
    res.end()
  })
  created.get('/', (req, res) => void res.json({ user: req.user ?? null, session: req.session }))
  return created
}

const start = (browser: request.Agent, jid = 'alice@localhost') => browser.post('/start').type('form').send({ jid })
const viewOf = async (browser: request.Agent) => (await browser.get('/login/xmpp/wait')).body
const locationOf = async (sent: request.Test) => (await sent).headers['location']
const cookieOf = (reply: request.Response) => reply.get('Set-Cookie')?.[0]?.split(';')[0]

test('the session is saved before the redirect is sent', async () => {
  const order: string[] = []
  const set = jest.spyOn(store, 'set').mockImplementation((_sid, _data, done) => {
    order.push('saved')
    setImmediate(() => done?.())
  })
  const watched = express()
  watched.use((_req, res, next) => {
    const setHeader = res.setHeader.bind(res)
    jest.spyOn(res, 'setHeader').mockImplementation((name, value) => {
      if (name === 'Location') order.push('redirected')
      return setHeader(name, value)
    })
    next()
  })
  watched.use(app)
  const reply = await start(request.agent(watched))

  expect([reply.status, reply.headers['location'], order.slice(0, 2)]).toEqual([
    303,
    '/login/xmpp/wait',
    ['saved', 'redirected'],
  ])
  expect(set.mock.calls[0]?.[1]).toMatchObject({ 'xmpp-confirm': { id: expect.any(String) } })
})

test('a request is cancelled when its session cannot be saved', async () => {
  const broken = new Error('disk full')
  const session = { save: (done: (error: Error) => void) => done(broken) }
  const answer = await visit(strategy, { method: 'POST', session, body: { jid: 'alice@localhost' } })

  expect(answer).toEqual({ action: 'error', error: broken })
  const { id } = (session as { 'xmpp-confirm'?: { id: string } })['xmpp-confirm'] ?? {}
  expect((await confirmations.waiting(id ?? ''))?.state).not.toBe('waiting')
})

test('a sign-in gets a new session id and none of what the old session held', async () => {
  const browser = request.agent(app)
  const planted = cookieOf(await start(browser))
  await account.hears(ALICE, (await viewOf(browser)).number)
  const reply = await browser.get('/finish')
  const { user, session: kept } = (await browser.get('/')).body

  expect([reply.status, reply.headers['location'], user.jid]).toEqual([302, '/', 'alice@localhost'])
  expect(cookieOf(reply)).toMatch(/^connect\.sid=/)
  expect(cookieOf(reply)).not.toBe(planted)
  expect(Object.keys(kept).sort()).toEqual(['cookie', 'passport'])
  // The old session is worth nothing to the one that planted it.
  const thief = await request(app).get('/').set('Cookie', `${planted}`)
  expect(thief.body.user).toBeNull()
  expect(await locationOf(request(app).get('/finish').set('Cookie', `${planted}`))).toBe('/refused')
})

test('a planted session neither shows the number nor takes the sign-in', async () => {
  const thief = request.agent(app)
  const planted = `${cookieOf(await start(thief, 'mallory@localhost'))}`
  const victim = request.agent(app)
  const begun = await victim.post('/start').set('Cookie', planted).type('form').send({ jid: 'alice@localhost' })
  expect(cookieOf(begun)).toMatch(/^connect\.sid=/)
  expect(cookieOf(begun)).not.toBe(planted)

  expect(await viewOf(thief)).toBeNull()
  await account.hears(ALICE, (await viewOf(victim)).number)
  expect(await locationOf(thief.get('/finish'))).toBe('/refused')
  expect(await locationOf(victim.get('/finish'))).toBe('/')
  expect((await thief.get('/')).body.user).toBeNull()
  expect((await victim.get('/')).body.user).toMatchObject({ jid: 'alice@localhost' })
})

test('a start keeps the data of the session, such as a CSRF token', async () => {
  const browser = request.agent(app)
  await browser.post('/token')
  await start(browser)

  expect((await browser.get('/')).body.session).toMatchObject({
    csrf: 'token',
    'xmpp-confirm': { id: expect.any(String) },
  })
})

test('the id of a request signs no other session in', async () => {
  const [browser, other] = [request.agent(app), request.agent(app)]
  await start(browser)
  await start(other, 'bob@localhost')
  await account.hears(ALICE, (await viewOf(browser)).number)

  expect(await locationOf(other.get('/finish'))).toBe('/login/xmpp/wait')
  expect(await locationOf(request.agent(app).get('/finish'))).toBe('/refused')
  expect(await locationOf(browser.get('/finish'))).toBe('/')
})

test('the error handler gets an error when the redirect cannot be written', async () => {
  const broken = appWith(new ConfirmStrategy({ confirmations, waitUrl: '/wait\nSet-Cookie: a=b' }))
  const errors: Error[] = []
  broken.use(((error: Error, _req, res, _next) => {
    errors.push(error)
    res.status(500).end()
  }) satisfies express.ErrorRequestHandler)
  const reply = await start(request.agent(broken))

  expect([reply.status, errors.length]).toEqual([500, 1])
  expect(errors[0]).toMatchObject({ code: 'ERR_INVALID_CHAR' })
  expect(reply.get('Set-Cookie')?.join()).not.toContain('a=b')
})

test('the last of two tabs counts', async () => {
  const browser = request.agent(app)
  await start(browser)
  const first = await viewOf(browser)
  await start(browser)
  const second = await viewOf(browser)
  await account.hears(ALICE, second.number)

  expect(second.number).not.toBe(first.number)
  expect(await locationOf(browser.get('/finish'))).toBe('/')
})

test('the number of the first of two tabs signs the browser in no more', async () => {
  const browser = request.agent(app)
  await start(browser)
  const first = await viewOf(browser)
  await start(browser)
  await account.hears(ALICE, first.number)

  expect(await locationOf(browser.get('/finish'))).toBe('/refused')
})

test('a form that is sent twice asks once and a cancelled one asks again', async () => {
  const browser = request.agent(app)
  await start(browser)
  await start(browser)
  expect(account.sent).toHaveLength(1)

  await browser.post('/cancel')
  await start(browser)
  expect(account.sent).toHaveLength(2)
})

test('a cancelled request is refused at its end, also when the answer comes later', async () => {
  const browser = request.agent(app)
  await start(browser)
  const { number } = await viewOf(browser)
  await browser.post('/cancel').expect(200)
  expect(await viewOf(browser)).toBeNull()
  await account.hears(ALICE, number)

  expect((await browser.get('/api/finish')).body).toMatchObject({ status: 401, code: 'confirm-denied' })
})

describe('waiting()', () => {
  test('the page gets the view and the session is not written', async () => {
    const browser = request.agent(app)
    await start(browser)
    const set = jest.spyOn(store, 'set')

    expect(await viewOf(browser)).toMatchObject({
      state: 'waiting',
      jid: 'alice@localhost',
      number: expect.stringMatching(/^[1-9]\d$/),
      bot: 'login@localhost',
      asked: 'sent',
    })
    await viewOf(browser)
    expect(set).not.toHaveBeenCalled()
    expect((await request(app).get('/login/xmpp/wait')).get('Set-Cookie')).toBeUndefined()
  })

  test('a held page gets its answer when the person answers', async () => {
    const browser = request.agent(app)
    await start(browser)
    const { number } = await viewOf(browser)
    const held = browser.get('/login/xmpp/wait?hold=20000').then(reply => reply.body)
    await new Promise(resolve => setImmediate(resolve))
    await account.hears(ALICE, number)

    expect(await held).toMatchObject({ state: 'decided', granted: true, way: 'number' })
  })

  test('a held page is let go when the visitor leaves', async () => {
    const signals: { aborted: boolean }[] = []
    const gone = new Promise<void>(resolve => {
      jest.spyOn(confirmations, 'settled').mockImplementation(async (_id, _ms, signal) => {
        if (signal) signals.push(signal)
        await new Promise<void>(left => signal?.addEventListener('abort', left))
        resolve()
        return undefined
      })
    })
    const server = app.listen(0)
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const cookie = cookieOf(await start(request.agent(server))) ?? ''
    const leaving = new AbortController()
    const held = fetch(`${url}/login/xmpp/wait?hold=20000`, { headers: { cookie }, signal: leaving.signal })
    while (signals.length === 0) await new Promise(resolve => setImmediate(resolve))
    leaving.abort()

    await expect(held).rejects.toThrow()
    await gone
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
    server.close()
  })

  test.each([-1, 0.5, Number.NaN, MAX_HOLD_MS + 1, '20000' as unknown as number])(
    'waiting() throws a TypeError when hold is %p',
    async hold => {
      await expect(strategy.waiting({ session: {} }, { hold })).rejects.toThrow(TypeError)
    },
  )
})

describe('sessions of other frameworks', () => {
  /** A session as Fastify's plugins have it. */
  class SessionOfFastify {
    readonly data = new Map<string, unknown>()
    saves = 0
    get(key: string) {
      return this.data.get(key)
    }
    set(key: string, value: unknown) {
      this.data.set(key, value)
    }
    save(done: () => void) {
      this.saves++
      done()
    }
  }

  test('a session with get and set keeps the id there and loses it at the finish', async () => {
    const kept = new SessionOfFastify()
    await visit(strategy, { method: 'POST', session: kept, body: { jid: 'alice@localhost' } })
    expect([[...kept.data.keys()], kept.saves]).toEqual([['xmpp-confirm'], 1])
    const view = await strategy.waiting({ session: kept })
    await account.hears(ALICE, view?.number ?? '')

    expect((await visit(strategy, { method: 'GET', session: kept })).action).toBe('success')
    expect(kept.get('xmpp-confirm')).toBeUndefined()
  })

  test.each<[string, (renew: () => void) => object]>([
    [
      'calls back',
      renew => ({
        regenerate(done: () => void) {
          setImmediate(() => {
            renew()
            done()
          })
        },
      }),
    ],
    ['returns a promise', renew => ({ regenerate: async () => renew() })],
  ])('a start is remembered in the new session when regenerate %s', async (_, created) => {
    const next = { save: async () => {}, cookie: 'new' }
    const renew = () => {
      req.session = next
    }
    const old = { ...created(renew), save: async () => {}, cookie: 'old', csrf: 'token' }
    const req: { method: string; session: object; body: object } = { method: 'POST', session: old, body: {} }
    await visit(strategy, req)

    expect(next).toMatchObject({ cookie: 'new', csrf: 'token', 'xmpp-confirm': { id: expect.any(String) } })
    expect(old).not.toHaveProperty(['xmpp-confirm'])
  })

  test('a request is cancelled when no new session can be made', async () => {
    const cancel = jest.spyOn(confirmations, 'cancel')
    const broken = new Error('disk full')
    const session = { save: async () => {}, regenerate: (done: (error: Error) => void) => done(broken) }
    const answer = await visit(strategy, { method: 'POST', session, body: { jid: 'alice@localhost' } })

    expect(answer).toEqual({ action: 'error', error: broken })
    expect(cancel).toHaveBeenCalledTimes(1)
  })

  test.each([
    ['without save', {}],
    ['that is kept in its cookie and can be emptied', { regenerate: () => {} }],
    ['whose save returns a promise', { save: async () => {} }],
  ])('a session %s keeps the id', async (_, kept) => {
    const answer = await visit(strategy, { method: 'POST', session: kept, body: { jid: 'alice@localhost' } })

    expect(answer.action).toBe('redirect')
    expect(kept).toMatchObject({ 'xmpp-confirm': { id: expect.any(String) } })
  })
})
