import crypto from 'node:crypto'
import diagnostics from 'node:diagnostics_channel'
import { getEventListeners } from 'node:events'
import { Agent } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { type Connection, HttpTransport, type PostOptions, type Transport } from '../../lib/bosh/transport'
import { Authenticator, type AuthenticatorOptions } from '../../lib/index'
import {
  ENDPOINT_TIMEOUT_MS,
  FAILURE_JITTER_SHARE,
  MAX_CONCURRENT,
  MAX_DELAYED_FAILURES,
  MAX_RESPONSE_BYTES,
  TERMINATE_TIMEOUT_MS,
  UNSEEN_ITERATIONS,
} from '../../lib/limits'
import type { Internals } from '../../lib/sessions/bounded-sessions'
import { Responder } from '../../lib/testing/responder'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { type HandClock, handClock } from '../fixtures/clock'
import { transportTo } from '../fixtures/transport'

// Mocked before the import, because key-derivation.ts keeps a reference to the function.
jest.mock('node:crypto', () => {
  const actual = jest.requireActual<typeof crypto>('node:crypto')
  return Object.assign(Object.create(actual), { pbkdf2: jest.fn(actual.pbkdf2) })
})

let server: BoshServer
beforeAll(async () => {
  server = await startBoshServer({
    domain: 'localhost',
    accounts: { user1: 'user1', user2: 'user2', zoë: 'pä$$wörd €😀' },
  })
})
afterAll(() => server.close())

let opened: Authenticator[] = []
function authenticatorFor(options: Partial<AuthenticatorOptions> = {}, internals: Internals = {}): Authenticator {
  const made = new Authenticator(
    { service: server.url, domain: 'localhost', mechanisms: ['PLAIN'], failureDelay: 0, ...options },
    internals,
  )
  opened.push(made)
  return made
}
afterEach(async () => {
  await Promise.all(opened.map(authenticator => authenticator.close()))
  opened = []
  server.reset()
})

const turn = () => new Promise(resolve => setImmediate(resolve))

/** Transport to the server that moves the clock by `ms` for each request but the terminate. */
function slowTransport(clock: HandClock): Transport & { ms: number } {
  const http = new HttpTransport({ maxResponseBytes: MAX_RESPONSE_BYTES })
  const slow = {
    ms: 0,
    connect(url: URL): Connection {
      const connection = http.connect(url)
      const post = async (body: string, options: PostOptions) => {
        await turn()
        if (!body.includes("type='terminate'")) clock.advance(slow.ms)
        return connection.post(body, options)
      }
      return { post, repeats: 0, release: () => connection.release() }
    },
    close: () => http.close(),
  }
  return slow
}
const MANY_ITERATIONS = {
  rewrite: (body: string) =>
    body.replace(/(?<=>)[A-Za-z0-9+/=]+(?=<\/challenge>)/, payload =>
      Buffer.from(Buffer.from(payload, 'base64').toString().replace(/i=\d+/, 'i=999999')).toString('base64'),
    ),
}

const USER1 = { username: 'user1', password: 'user1' }
const steps = () => server.requests.map(({ step }) => step)
async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; !condition(); turns++) {
    if (turns > 100_000) throw new Error('the condition was never met')
    await turn()
  }
}

describe('for one account', () => {
  test.each([
    ['user1', 'user1', 'user1@localhost'],
    ['USER1', 'user1', 'user1@localhost'],
    ['ｕｓｅｒ１', 'user1', 'user1@localhost'],
    ['user1@LOCALHOST.', 'user1', 'user1@localhost'],
    [' user1\n', 'user1', 'user1@localhost'],
    ['zoë', 'pä$$wörd €😀', 'zoë@localhost'],
    ['ZOE\u0308', 'pä$$wörd €😀', 'zoë@localhost'],
  ])('the spelling %j logs in by every mechanism', async (username, password, jid) => {
    for (const mechanisms of [['PLAIN'], ['SCRAM-SHA-1'], ['SCRAM-SHA-256'], ['SCRAM-SHA-512']] as const) {
      expect((await authenticatorFor({ mechanisms }).authenticate({ username, password })).jid).toBe(jid)
    }
  })

  describe('with a password that SASLprep changes', () => {
    // e + combining acute: NFC joins them. The ligature is another spelling after SASLprep.
    const TYPED = 'caf\u0065\u0301 \ufb01ne'
    const sent = () =>
      server.requests
        .filter(({ step }) => step === 'auth')
        .map(
          ({ body }) =>
            Buffer.from(/>([^<]+)<\/auth>/.exec(body)?.[1] ?? '', 'base64')
              .toString()
              .split('\0')[2],
        )
    const logIn = () =>
      authenticatorFor()
        .authenticate({ username: 'user3', password: TYPED })
        .then(
          ({ jid }) => jid,
          ({ code }) => code,
        )

    beforeEach(() => server.accounts.add('user3', TYPED))
    afterEach(() => server.accounts.remove('user3'))

    test('PLAIN sends the typed spelling alone when the server accepts it', async () => {
      expect(await logIn()).toBe('user3@localhost')
      expect(sent()).toEqual(['caf\u00e9 \ufb01ne'])
    })

    test('PLAIN sends the prepared spelling as well when the server compares to the letter', async () => {
      server.fault({ on: 'auth', reply: 'not-authorized' })

      expect(await logIn()).toBe('user3@localhost')
      expect(sent()).toEqual(['caf\u00e9 \ufb01ne', 'caf\u00e9 fine'])
    })

    test('PLAIN is refused when the server accepts neither spelling', async () => {
      server.fault({ on: 'auth', times: 2, reply: 'not-authorized' })

      expect(await logIn()).toBe('invalid-credentials')
      expect(sent()).toHaveLength(2)
    })

    test('the first refusal stands when the server ends the session after it', async () => {
      server.fault({ on: 'auth', reply: 'not-authorized' })
      server.fault({ on: 'auth', reply: { terminate: 'item-not-found' } })

      expect(await logIn()).toBe('invalid-credentials')
    })

    test.each([403, 404, 500])(
      'PLAIN is no success when it stands beside an end in a reply of HTTP status %d',
      async status => {
        const success = "<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
        const body = `<body xmlns='http://jabber.org/protocol/httpbind' type='terminate'>${success}</body>`
        server.fault({ on: 'auth', reply: { status, body } })

        const credentials = { username: 'user1', password: 'wrong' }
        await expect(authenticatorFor({ bind: false }).authenticate(credentials)).rejects.toMatchObject({
          code: expect.stringMatching(/^ERR_XMPP_(?:POLICY|TERMINATED|HTTP)$/),
        })
      },
    )

    test('PLAIN tries no other spelling when the account is disabled', async () => {
      server.fault({ on: 'auth', reply: 'account-disabled' })

      expect(await logIn()).toBe('account-disabled')
      expect(sent()).toHaveLength(1)
    })

    test('PLAIN sends one spelling when SASLprep keeps the password', async () => {
      const wrong = authenticatorFor().authenticate({ username: 'user1', password: 'wrong \u00e9\u{1f600}' })

      await expect(wrong).rejects.toMatchObject({ code: 'invalid-credentials' })
      expect(sent()).toHaveLength(1)
    })
  })

  test('a login accepts ASCII names only when bind is off', async () => {
    const authenticator = authenticatorFor({ bind: false })

    expect((await authenticator.authenticate(USER1)).jid).toBe('user1@localhost')
    await expect(authenticator.authenticate({ username: 'zoë', password: 'pä$$wörd €😀' })).rejects.toMatchObject({
      code: 'invalid-credentials',
    })
  })
})

describe('on choosing the mechanism', () => {
  test('a login uses the first allowed mechanism that the server offers', async () => {
    const { mechanism } = await authenticatorFor({ mechanisms: ['SCRAM-SHA-1', 'SCRAM-SHA-512'] }).authenticate(USER1)

    expect(mechanism).toBe('SCRAM-SHA-1')
  })

  test.each([['X-OAUTH2', 'PLAIN'], ['ANONYMOUS'], ['EXTERNAL', 'DIGEST-MD5', 'CRAM-MD5'], []])(
    'a login ends in ERR_XMPP_MECHANISM before <auth/> when no mechanism is common',
    async (...offered) => {
      const names = offered.map(name => `<mechanism>${name}</mechanism>`).join('')
      const payload = `<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>${names}</mechanisms></stream:features>`
      server.fault({ on: 'create', reply: { payload } })

      await expect(authenticatorFor({ mechanisms: ['SCRAM-SHA-256'] }).authenticate(USER1)).rejects.toMatchObject({
        code: 'ERR_XMPP_MECHANISM',
        status: 500,
        message: expect.stringContaining(offered.length > 0 ? offered.join(', ') : 'no SASL mechanism'),
      })
      expect(steps()).not.toContain('auth')
    },
  )

  test.each([
    ['arrives whole, with unknown names', ['DIGEST-MD5', 'PLAIN', 'SCRAM-SHA-256', 'X-OAUTH2'], undefined],
    ['lost a name on the way', ['PLAIN', 'SCRAM-SHA-256', 'X-OAUTH2'], 'ERR_XMPP_SERVER_PROOF'],
  ])('the offer is compared with the hash of the server (XEP-0474) when it %s', async (_, offer, code) => {
    const said = ['DIGEST-MD5', 'PLAIN', 'SCRAM-SHA-256', 'X-OAUTH2'].sort().join('\x1e')
    const hash = crypto.createHash('sha256').update(said).digest('base64')
    server.fault({ on: 'create', reply: { offer } })
    server.fault({ on: 'auth', reply: { sasl: message => message.replace(/h=[^,]*/, `h=${hash}`) } })
    const answer = await authenticatorFor({ mechanisms: ['SCRAM-SHA-256'] })
      .authenticate(USER1)
      .then(
        () => undefined,
        reason => reason.code,
      )
    expect(answer).toBe(code)
  })

  test('a failed mechanism is not followed by a weaker one', async () => {
    const authenticator = authenticatorFor({ mechanisms: ['SCRAM-SHA-256', 'PLAIN'] })
    await expect(authenticator.authenticate({ username: 'user1', password: 'x' })).rejects.toMatchObject({
      status: 401,
    })

    expect(steps().filter(step => step === 'auth')).toHaveLength(1)
  })
})

describe('at the deadline', () => {
  test.each(['create', 'auth', 'restart', 'bind'] as const)('a login ends when %s is not answered', async on => {
    const clock = handClock()
    server.fault({ on, reply: 'hang' })
    const answered = authenticatorFor({ timeout: 1000 }, { clock }).authenticate(USER1)
    await until(() => steps().includes(on))
    clock.advance(999)
    await turn()
    clock.advance(1)

    await expect(answered).rejects.toMatchObject({ code: 'ERR_XMPP_TIMEOUT', status: 504 })
  })

  test('a login ends when it still waits in the queue', async () => {
    const clock = handClock()
    server.fault({ on: 'auth', reply: 'hang' })
    const authenticator = authenticatorFor({ timeout: 1000, maxConcurrent: 1 }, { clock })
    const held = authenticator.authenticate(USER1)
    const queued = authenticator.authenticate(USER1)
    await until(() => steps().includes('auth'))
    clock.advance(1000)

    await expect(held).rejects.toMatchObject({ code: 'ERR_XMPP_TIMEOUT' })
    await expect(queued).rejects.toMatchObject({ code: 'ERR_XMPP_TIMEOUT' })
  })

  test('a login ends when its key is still being derived', async () => {
    const clock = handClock()
    const options = { mechanisms: ['SCRAM-SHA-1'], timeout: 1000 } as const
    // So that the server has its own keys already.
    await authenticatorFor(options).authenticate(USER1)
    let finish: (() => void) | undefined
    jest.mocked(crypto.pbkdf2).mockImplementationOnce((_password, _salt, _iterations, length, _digest, callback) => {
      finish = () => callback(null, Buffer.alloc(length))
    })
    const answered = authenticatorFor(options, { clock }).authenticate(USER1)
    await until(() => finish !== undefined)
    clock.advance(1000)

    await expect(answered).rejects.toMatchObject({ code: 'ERR_XMPP_TIMEOUT', status: 504 })
    finish?.()
    await until(() => server.sessions.length === 0)
    expect(steps().slice(-2)).toEqual(['auth', 'terminate'])
  })
})

describe('against guessing', () => {
  test('every login sends one <auth/> with a session, rid, id and nonce of its own', async () => {
    const predictable = jest.spyOn(Math, 'random')
    const authenticator = authenticatorFor({ mechanisms: ['SCRAM-SHA-1'] })
    await Promise.all(Array.from({ length: 100 }, () => authenticator.authenticate(USER1)))
    await authenticator.close()
    const called = predictable.mock.calls.length
    predictable.mockRestore()

    expect(called).toBe(0)
    const attribute = (body: string, name: string) => new RegExp(` ${name}='([^']+)'`).exec(body)?.[1] ?? ''
    const bodies = (step: string) => server.requests.filter(request => request.step === step).map(({ body }) => body)
    const rids = bodies('create').map(body => Number(attribute(body, 'rid')))
    const nonces = bodies('auth').map(body => {
      const message = Buffer.from(/>([^<]+)<\/auth>/.exec(body)?.[1] ?? '', 'base64').toString()
      return /,r=(.+)$/.exec(message)?.[1]
    })
    const unique: readonly (readonly unknown[])[] = [
      rids,
      nonces,
      bodies('bind').map(body => attribute(body, 'id')),
      bodies('auth').map(body => attribute(body, 'sid')),
    ]
    for (const values of unique) {
      expect(values).toHaveLength(100)
      expect(new Set(values).size).toBe(100)
    }
    // XEP-0124 §14.1: large, and room enough below 2^53
    for (const rid of rids) expect(rid >= 2 ** 31 && rid < 2 ** 47).toBe(true)
    expect(Math.max(...rids) - Math.min(...rids)).toBeGreaterThan(2 ** 40)
    for (const id of bodies('bind').map(body => attribute(body, 'id'))) expect(id).toMatch(/^[0-9a-f-]{36}$/)
    for (const sid of new Set(server.requests.map(request => request.sid).filter(Boolean))) {
      const own = server.requests
        .filter(request => request.sid === sid)
        .map(({ body }) => Number(attribute(body, 'rid')))
      expect(own).toEqual(own.map((_, n) => (own[0] ?? 0) + n))
      expect(rids).toContain((own[0] ?? 0) - 1)
    }
  })
})

describe('under load', () => {
  /** Creates a transport to a server without sockets, which gets the requests in their order. */
  function nearby() {
    const responder = new Responder({ domain: 'localhost', accounts: { user1: 'user1' } })
    let most = 0
    const transport = transportTo({
      async post(_, body) {
        const replying = responder.respond(Buffer.from(body))
        most = Math.max(most, responder.sessions.length)
        await turn()
        const reply = await replying
        return typeof reply === 'string' ? Buffer.of() : Buffer.from(reply.body)
      },
      close() {},
    })
    return { transport, most: () => most, left: () => responder.sessions.length }
  }

  test.each([
    ['the default queue answers 250 and refuses 750', {}, 250],
    ['a queue for all of them answers all', { maxQueue: 1000 }, 1000],
    ['one slot answers all, one after the other', { maxConcurrent: 1, maxQueue: 1000 }, 1000],
  ])('a thousand logins at once never open more sessions than slots: %s', async (_, options, answered) => {
    const { transport, most, left } = nearby()
    const authenticator = authenticatorFor(options, { transport })
    const answers = await Promise.allSettled(Array.from({ length: 1000 }, () => authenticator.authenticate(USER1)))
    await authenticator.close()

    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(answered)
    for (const answer of answers) {
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject({ code: 'ERR_XMPP_BUSY', status: 503 })
    }
    expect(most()).toBe('maxConcurrent' in options ? options.maxConcurrent : 50)
    expect(left()).toBe(0)
  })

  test('five hundred logins at once use at most two connections a slot, and close() leaves none', async () => {
    const sockets: Socket[] = []
    const opened = (message: unknown) => sockets.push((message as { socket: Socket }).socket)
    diagnostics.subscribe('net.client.socket', opened)
    const authenticator = authenticatorFor({ maxQueue: 500 })
    await Promise.all(Array.from({ length: 500 }, () => authenticator.authenticate(USER1)))
    diagnostics.unsubscribe('net.client.socket', opened)
    const open = sockets.filter(socket => !socket.destroyed).length
    await authenticator.close()

    expect(open).toBeGreaterThan(0)
    expect(sockets.length).toBeLessThanOrEqual(2 * MAX_CONCURRENT)
    expect(sockets.filter(socket => !socket.destroyed)).toEqual([])
  })

  test('a login is refused at once when the slots and the queue are full', async () => {
    const authenticator = authenticatorFor({ maxConcurrent: 2, maxQueue: 3 })
    const answers = await Promise.allSettled(Array.from({ length: 8 }, () => authenticator.authenticate(USER1)))

    expect(answers.map(({ status }) => status)).toEqual([...Array(5).fill('fulfilled'), ...Array(3).fill('rejected')])
    expect(answers[5]).toMatchObject({ reason: { code: 'ERR_XMPP_BUSY', status: 503 } })
  })

  test('a hundred logins at once, right and wrong, each get their own answer', async () => {
    const authenticator = authenticatorFor({ mechanisms: ['SCRAM-SHA-1'] })
    const logins = Array.from({ length: 100 }, (_, n) => ({
      username: n % 2 ? 'user1' : 'user2',
      password: n % 3 ? (n % 2 ? 'user1' : 'user2') : 'wrong',
    }))
    const answers = await Promise.allSettled(logins.map(login => authenticator.authenticate(login)))

    expect(answers.map(answer => (answer.status === 'fulfilled' ? answer.value.username : answer.reason.code))).toEqual(
      logins.map(({ username, password }) => (password === 'wrong' ? 'invalid-credentials' : username)),
    )
  })
})

/** ms of the largest delay that is 300 ms with its random addition */
const LARGEST_DELAY = 300 * (1 + FAILURE_JITTER_SHARE)
/** Number of refusals that wait, if nothing lately took longer than 300 ms. */
const heldBy = ({ waiting }: HandClock) => waiting.filter(ms => ms >= 300 && ms <= LARGEST_DELAY).length

describe('with failureDelay', () => {
  let clock: HandClock
  beforeEach(() => {
    clock = handClock()
  })

  test.each([
    ['a wrong password', { username: 'user1', password: 'x' }],
    ['an unknown user', { username: 'nobody', password: 'x' }],
    ['a foreign domain', { username: 'user1@evil.example', password: 'user1' }],
  ])('a login with %s is refused after the delay and holds no slot meanwhile', async (_, credentials) => {
    const authenticator = authenticatorFor({ failureDelay: 300, maxConcurrent: 1, maxQueue: 0 }, { clock })
    const settled = jest.fn()
    const answered = authenticator.authenticate(credentials).finally(settled)
    answered.catch(() => {})
    await until(() => heldBy(clock) === 1)
    await until(() => server.sessions.length === 0)
    // The only slot is free.
    expect((await authenticator.authenticate(USER1)).username).toBe('user1')
    clock.advance(299)
    await turn()
    expect(settled).not.toHaveBeenCalled()
    clock.advance(LARGEST_DELAY - 299)

    await expect(answered).rejects.toMatchObject({ code: 'invalid-credentials' })
  })

  test.each([['PLAIN'], ['SCRAM-SHA-1']] as const)(
    'an unknown user gets the same error as a wrong password by %s',
    async (...mechanisms) => {
      const authenticator = authenticatorFor({ mechanisms })
      const [unknown, wrong] = await Promise.all(
        ['nobody', 'user1'].map(username => authenticator.authenticate({ username, password: 'x' }).catch(e => e)),
      )

      expect(unknown).toMatchObject({ code: 'invalid-credentials', status: 401, condition: 'not-authorized' })
      expect(unknown).toEqual(wrong)
    },
  )

  const UNKNOWN = { username: 'nobody', password: 'x' }
  const WRONG = { username: 'user2', password: 'x' }
  const RIGHT = { username: 'user2', password: 'user2' }

  test.each([
    ['a wrong password', WRONG, () => {}, 'invalid-credentials'],
    ['an unknown name', UNKNOWN, () => {}, 'invalid-credentials'],
    ['a disabled account', RIGHT, () => server.fault({ on: 'auth', reply: 'account-disabled' }), 'account-disabled'],
    [
      'an expired password',
      RIGHT,
      () => server.fault({ on: 'response', reply: 'credentials-expired' }),
      'credentials-expired',
    ],
    [
      'a blocked account',
      RIGHT,
      () => server.fault({ on: 'bind', reply: { stanzaError: 'not-allowed' } }),
      'not-allowed',
    ],
    ['a malformed name', RIGHT, () => server.fault({ on: 'auth', reply: 'malformed-request' }), 'invalid-credentials'],
    [
      'missing keys',
      RIGHT,
      () => server.fault({ on: 'auth', reply: 'temporary-auth-failure' }),
      'ERR_XMPP_UNAVAILABLE',
    ],
    ['too many iterations', RIGHT, () => server.fault({ on: 'auth', reply: MANY_ITERATIONS }), 'ERR_XMPP_SERVER_PROOF'],
    [
      'another bound name',
      RIGHT,
      () => server.fault({ on: 'bind', reply: { boundJid: 'x@localhost/y' } }),
      'ERR_XMPP_IDENTITY',
    ],
  ])('a login with %s is answered no earlier than the slowest login', async (_, credentials, arrange, code) => {
    const options = { failureDelay: 300, mechanisms: ['SCRAM-SHA-1'] } as const
    const transport = slowTransport(clock)
    const authenticator = authenticatorFor(options, { clock, transport })
    transport.ms = 1_000
    await authenticator.authenticate(USER1)
    transport.ms = 0
    arrange()
    const startedAt = clock.now()
    const answered = authenticator.authenticate(credentials).catch(reason => reason.code)
    await until(() => clock.waiting.some(ms => ms >= 5_000 && ms <= 5_000 * (1 + FAILURE_JITTER_SHARE)))
    clock.advance(5_000 * (1 + FAILURE_JITTER_SHARE))

    expect(await answered).toBe(code)
    expect(clock.now() - startedAt).toBe(5_000 * (1 + FAILURE_JITTER_SHARE))
  })

  test.each([
    ['a wrong password', WRONG, () => {}],
    ['an unknown name', UNKNOWN, () => {}],
    ['a disabled account', RIGHT, () => server.fault({ on: 'auth', reply: 'account-disabled' })],
    ['a blocked account', RIGHT, () => server.fault({ on: 'bind', reply: { stanzaError: 'not-allowed' } })],
  ])(
    'the first login with %s takes as long as a whole login when the server is slow',
    async (_, credentials, arrange) => {
      const transport = slowTransport(clock)
      transport.ms = 1_000
      arrange()
      const authenticator = authenticatorFor({ failureDelay: 300, mechanisms: ['SCRAM-SHA-1'] }, { clock, transport })
      const settled = jest.fn()
      const answered = authenticator.authenticate(credentials).catch(settled)
      await until(() => {
        if (clock.waiting.includes(1_000)) clock.advance(1_000) // the missing answer to a response
        return steps().includes('terminate') && server.sessions.length === 0
      })
      // A creation, an auth and a response: a session, with its slot, lasts as long for every name.
      expect(clock.now()).toBeGreaterThanOrEqual(3_000)
      clock.advance(Math.max(0, 4_999 - clock.now()))
      await turn()
      expect(settled).not.toHaveBeenCalled()
      clock.advance(5_000 * (1 + FAILURE_JITTER_SHARE) - clock.now())
      await answered

      expect(settled).toHaveBeenCalled()
    },
  )

  test('an unknown name ends in ERR_XMPP_TIMEOUT when the server is too slow for the answer to a challenge', async () => {
    const transport = slowTransport(clock)
    transport.ms = 4_000
    const options = { failureDelay: 300, timeout: 10_500, mechanisms: ['SCRAM-SHA-1'] } as const
    const settled = jest.fn()
    const answered = authenticatorFor(options, { clock, transport }).authenticate(UNKNOWN).catch(settled)
    await until(() => clock.waiting.includes(4_000))
    expect(settled).not.toHaveBeenCalled()
    clock.advance(2_500)
    await answered

    expect(settled).toHaveBeenCalledWith(
      expect.objectContaining({
        code: 'ERR_XMPP_TIMEOUT',
        status: 504,
        message: expect.stringMatching(/^no answer within 10500 ms.*; see option `timeout`$/),
      }),
    )
  })

  test('a refusal takes as long as ever after the failover from a service that hangs', async () => {
    const http = slowTransport(clock)
    const hanging: Connection = {
      async post(_body, { signal }) {
        await turn()
        clock.advance(ENDPOINT_TIMEOUT_MS)
        throw signal.reason
      },
      repeats: 0,
      release() {},
    }
    const transport = { ...http, connect: (url: URL) => (url.port === '1' ? hanging : http.connect(url)) }
    const service = ['http://127.0.0.1:1/bosh', server.url]
    const authenticator = authenticatorFor({ failureDelay: 300, service }, { clock, transport })
    const refusedAfter = async () => {
      const startedAt = clock.now()
      const answered = authenticator.authenticate(WRONG).catch(({ code }) => code)
      await until(() => heldBy(clock) === 1)
      clock.advance(LARGEST_DELAY)
      expect(await answered).toBe('invalid-credentials')
      return clock.now() - startedAt
    }

    expect(await refusedAfter()).toBe(ENDPOINT_TIMEOUT_MS + LARGEST_DELAY)
    expect(await refusedAfter()).toBe(LARGEST_DELAY)
  })

  test('the refusal that is due first ends in ERR_XMPP_BUSY when too many others are delayed', async () => {
    const authenticator = authenticatorFor({ failureDelay: 300, maxQueue: MAX_DELAYED_FAILURES }, { clock })
    const refusal = () =>
      authenticator.authenticate({ username: 'user1@evil.example', password: 'x' }).catch(e => e.code)
    const held = Array.from({ length: MAX_DELAYED_FAILURES }, refusal)
    await until(() => heldBy(clock) === MAX_DELAYED_FAILURES)
    held.push(refusal())

    expect(await Promise.race(held)).toBe('ERR_XMPP_BUSY')
    expect(heldBy(clock)).toBe(MAX_DELAYED_FAILURES)
    expect((await authenticator.authenticate(USER1)).username).toBe('user1')
    clock.advance(LARGEST_DELAY)
    const codes = await Promise.all(held)
    expect(codes.filter(code => code === 'invalid-credentials')).toHaveLength(MAX_DELAYED_FAILURES)
    // There is room again.
    const next = refusal()
    await until(() => heldBy(clock) === 1)
    clock.advance(LARGEST_DELAY)
    expect(await next).toBe('invalid-credentials')
  })

  test('an empty form is answered at once', async () => {
    await expect(
      authenticatorFor({ failureDelay: 300 }, { clock }).authenticate({ username: '', password: '' }),
    ).rejects.toMatchObject({ code: 'missing-credentials' })
  })

  test('the delay ends when the visitor leaves', async () => {
    const visitor = new AbortController()
    const answered = authenticatorFor({ failureDelay: 300 }, { clock }).authenticate(
      { username: 'user1', password: 'x' },
      { signal: visitor.signal },
    )
    answered.catch(() => {})
    await until(() => heldBy(clock) === 1)
    visitor.abort()

    await expect(answered).rejects.toMatchObject({ code: 'invalid-credentials' })
  })
})

describe('for a name that is refused before the challenge', () => {
  const derived = () =>
    jest.mocked(crypto.pbkdf2).mock.calls.map(([, , iterations, length, digest]) => ({ iterations, length, digest }))
  beforeEach(() => {
    jest.mocked(crypto.pbkdf2).mockClear()
  })
  const refused = (authenticator: Authenticator, username: string) =>
    authenticator.authenticate({ username, password: 'x' }).catch(reason => reason.code)

  test.each([
    ['SCRAM-SHA-1', 'nobody'],
    ['SCRAM-SHA-256', 'nobody'],
    ['SCRAM-SHA-512', 'nobody'],
    ['SCRAM-SHA-1', 'user1@evil.example'],
    ['SCRAM-SHA-512', 'user\u200b1'],
  ] as const)('a login by %s as %j derives the same key as a wrong password', async (mechanism, username) => {
    const authenticator = authenticatorFor({ mechanisms: [mechanism] })
    // So that the server has its own keys already.
    await refused(authenticator, 'user1')
    jest.mocked(crypto.pbkdf2).mockClear()
    await refused(authenticator, 'user1')
    const known = derived()
    expect(known).toHaveLength(1)

    expect(await refused(authenticator, username)).toBe('invalid-credentials')
    expect(derived()).toEqual([...known, ...known])
  })

  test.each([
    ['lacks a key', 'temporary-auth-failure', 'ERR_XMPP_UNAVAILABLE'],
    ['has too many iterations', MANY_ITERATIONS, 'ERR_XMPP_SERVER_PROOF'],
  ] as const)('a login as an account that %s derives the same key as a wrong password', async (_, reply, code) => {
    const authenticator = authenticatorFor({ mechanisms: ['SCRAM-SHA-1'] })
    await refused(authenticator, 'user1')
    jest.mocked(crypto.pbkdf2).mockClear()
    await refused(authenticator, 'user1')
    const known = derived()
    server.fault({ on: 'auth', reply })

    expect(await refused(authenticator, 'user1')).toBe(code)
    expect(derived()).toEqual([...known, ...known])
  })

  test('the first login derives a key with the iterations of the default', async () => {
    expect(await refused(authenticatorFor({ mechanisms: ['SCRAM-SHA-256'] }), 'nobody')).toBe('invalid-credentials')
    expect(derived()).toEqual([{ iterations: UNSEEN_ITERATIONS, length: 32, digest: 'sha256' }])
  })

  test.each([
    [{ maxIterations: 5_000 }, 5_000],
    [{ minIterations: 20_000 }, 20_000],
  ])('the first login derives a key within %j', async (options, iterations) => {
    expect(await refused(authenticatorFor({ mechanisms: ['SCRAM-SHA-1'], ...options }), 'nobody')).toBe(
      'invalid-credentials',
    )
    expect(derived()).toEqual([{ iterations, length: 20, digest: 'sha1' }])
  })

  test('a login by PLAIN derives no key', async () => {
    expect(await refused(authenticatorFor(), 'nobody')).toBe('invalid-credentials')
    expect(derived()).toEqual([])
  })

  test('a name that cannot exist waits for a slot', async () => {
    const authenticator = authenticatorFor({ maxConcurrent: 1, maxQueue: 1 })
    server.fault({ on: 'auth', reply: 'hang' })
    const visitor = new AbortController()
    const first = authenticator.authenticate(USER1, { signal: visitor.signal }).catch(reason => reason.code)
    await until(() => steps().includes('auth'))
    const settled = jest.fn()
    const second = refused(authenticator, 'user1@evil.example').finally(settled)
    await turn()
    expect(settled).not.toHaveBeenCalled()
    expect(await refused(authenticator, 'user1@evil.example')).toBe('ERR_XMPP_BUSY')
    visitor.abort()

    expect(await first).toBe('ERR_XMPP_ABORTED')
    expect(await second).toBe('invalid-credentials')
  })
})

describe('with the signal of a visitor', () => {
  test.each(['answered', 'aborted', 'refused'])(
    'a signal has one listener for eleven logins and none when they are %s',
    async end => {
      const [visitor, clock] = [new AbortController(), handClock()]
      const { signal } = visitor
      const authenticator = authenticatorFor({ failureDelay: 300 }, { clock })
      const password = end === 'refused' ? 'wrong' : 'user1'
      const logins = Array.from({ length: 11 }, () => authenticator.authenticate({ ...USER1, password }, { signal }))
      const codes = Promise.all(logins.map(login => login.then(() => 'in').catch(({ code }) => code)))
      await turn()
      expect(getEventListeners(signal, 'abort')).toHaveLength(1)
      if (end === 'aborted') visitor.abort()
      if (end === 'refused') await until(() => heldBy(clock) === 11)
      expect(getEventListeners(signal, 'abort').length).toBeLessThanOrEqual(1)
      clock.advance(end === 'refused' ? LARGEST_DELAY : 0)
      const code = { answered: 'in', aborted: 'ERR_XMPP_ABORTED', refused: 'invalid-credentials' }[end]
      expect(await codes).toEqual(Array(11).fill(code))
      expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    },
  )

  test('a finished login leaves no listener behind', async () => {
    const { signal } = new AbortController()
    await authenticatorFor().authenticate(USER1, { signal })
    await authenticatorFor()
      .authenticate({ ...USER1, password: 'wrong' }, { signal })
      .catch(() => {})

    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('a delayed refusal leaves no listener behind', async () => {
    const { signal } = new AbortController()
    const clock = handClock()
    const answered = authenticatorFor({ failureDelay: 300 }, { clock }).authenticate(
      { username: 'user1', password: 'x' },
      { signal },
    )
    answered.catch(() => {})
    await until(() => heldBy(clock) === 1)
    clock.advance(LARGEST_DELAY)

    await expect(answered).rejects.toMatchObject({ code: 'invalid-credentials' })
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })

  test('an abort during session creation sends no <auth/> and terminates the session', async () => {
    const visitor = new AbortController()
    const answered = authenticatorFor().authenticate(USER1, { signal: visitor.signal })
    visitor.abort()

    await expect(answered).rejects.toMatchObject({ code: 'ERR_XMPP_ABORTED', status: 499 })
    await until(() => steps().length === 0 || steps().includes('terminate'))
    expect(steps().filter(step => step === 'auth')).toEqual([])
  })

  const WAY = ['create', 'auth', 'response', 'restart', 'bind'] as const
  test.each(WAY.slice(1))('an abort while %s is unanswered sends only the terminate', async on => {
    const visitor = new AbortController()
    server.fault({ on, reply: 'hang' })
    const answered = authenticatorFor({ mechanisms: ['SCRAM-SHA-1'] }).authenticate(USER1, { signal: visitor.signal })
    await until(() => steps().includes(on))
    visitor.abort()

    await expect(answered).rejects.toMatchObject({ code: 'ERR_XMPP_ABORTED' })
    await until(() => server.sessions.length === 0)
    expect(steps()).toEqual([...WAY.slice(0, WAY.indexOf(on) + 1), 'terminate'])
  })

  test('an abort before a given agent has a free socket sends no creation and frees the slot', async () => {
    const clock = handClock()
    const MAX_SOCKETS = 16
    const agent = new Agent({ keepAlive: true, maxSockets: MAX_SOCKETS })
    server.fault({ on: 'create', reply: 'hang', times: MAX_SOCKETS })
    const authenticator = authenticatorFor({ maxConcurrent: MAX_SOCKETS + 10, maxQueue: 0, agent }, { clock })
    const visitors = Array.from({ length: MAX_SOCKETS + 10 }, () => new AbortController())
    const answers = visitors.map(({ signal }) => authenticator.authenticate(USER1, { signal }).catch(e => e.code))
    await until(() => steps().length === MAX_SOCKETS)
    for (const visitor of visitors) visitor.abort()
    expect(new Set(await Promise.all(answers))).toEqual(new Set(['ERR_XMPP_ABORTED']))
    // The requests that were sent are awaited for a short time, to terminate the sessions they created.
    await until(() => clock.waiting.filter(ms => ms === TERMINATE_TIMEOUT_MS).length >= MAX_SOCKETS)
    clock.advance(TERMINATE_TIMEOUT_MS)
    expect((await authenticator.authenticate(USER1)).username).toBe('user1')
    expect(steps().filter(step => step === 'create')).toHaveLength(MAX_SOCKETS + 1)
    agent.destroy()
  })

  test('an abort in the queue sends nothing and leaves the slot to the next login', async () => {
    const visitor = new AbortController()
    const authenticator = authenticatorFor({ maxConcurrent: 1 })
    const first = authenticator.authenticate(USER1)
    const second = authenticator.authenticate(USER1, { signal: visitor.signal })
    const third = authenticator.authenticate(USER1)
    visitor.abort()

    await expect(second).rejects.toMatchObject({ code: 'ERR_XMPP_ABORTED' })
    expect([(await first).username, (await third).username]).toEqual(['user1', 'user1'])
    expect(steps().filter(step => step === 'create')).toHaveLength(2)
  })
})

describe('with several services', () => {
  let dead: Server
  let deadUrl: string
  beforeAll(async () => {
    // Accepts and says nothing: a black hole.
    dead = createServer(() => {})
    await new Promise<void>(resolve => dead.listen(0, '127.0.0.1', resolve))
    deadUrl = `http://127.0.0.1:${(dead.address() as AddressInfo).port}/bosh`
  })
  afterAll(() => dead.close())

  test('the next service is asked when the first cannot be reached', async () => {
    const authenticator = authenticatorFor({ service: ['http://127.0.0.1:1/bosh', server.url] })

    expect((await authenticator.authenticate(USER1)).jid).toBe('user1@localhost')
  })

  test('a service that never answers leaves time for the next and is tried last afterwards', async () => {
    const clock = handClock()
    const authenticator = authenticatorFor({ service: [deadUrl, server.url] }, { clock })
    const answered = authenticator.authenticate(USER1)
    await until(() => clock.waiting.includes(5000))
    clock.advance(5000)

    expect((await answered).jid).toBe('user1@localhost')
    expect((await authenticator.authenticate(USER1)).jid).toBe('user1@localhost')
  })

  test('no other service is asked after credentials were sent', async () => {
    const second = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } })
    server.fault({ on: 'auth', reply: 'reset' })
    const authenticator = authenticatorFor({ service: [server.url, second.url] })

    await expect(authenticator.authenticate(USER1)).rejects.toMatchObject({ code: 'ERR_XMPP_CONNECT', status: 502 })
    expect(second.requests).toEqual([])
    await second.close()
  })
})

describe('after a ban', () => {
  // ejabberd answers one refusal too many with it, and every creation from then on.
  test.each(['create', 'auth'] as const)(
    'a visitor banned at %s is refused for 30 s without a request, and other visitors are not',
    async on => {
      const clock = handClock()
      const authenticator = authenticatorFor({}, { clock })
      server.fault({ on, reply: { streamError: 'policy-violation' } })
      const banned = { code: 'ERR_XMPP_POLICY', status: 503 }

      await expect(authenticator.authenticate(USER1, { clientIp: '203.0.113.7' })).rejects.toMatchObject(banned)
      const asked = server.requests.length
      await expect(authenticator.authenticate(USER1, { clientIp: '203.0.113.7' })).rejects.toMatchObject(banned)
      expect(server.requests).toHaveLength(asked)
      expect((await authenticator.authenticate(USER1, { clientIp: '203.0.113.8' })).jid).toBe('user1@localhost')
      clock.advance(30_000)
      expect((await authenticator.authenticate(USER1, { clientIp: '203.0.113.7' })).jid).toBe('user1@localhost')
    },
  )
})

describe('after a refused greeting', () => {
  test.each([
    ['is for another domain', "from='evil.example'", 'ERR_XMPP_DOMAIN'],
    ['has a malformed number', "wait='-1'", 'ERR_XMPP_PROTOCOL'],
    ['is an error', "type='error'", 'ERR_XMPP_PROTOCOL'],
    ['has an unknown type', "type='x'", 'ERR_XMPP_PROTOCOL'],
  ])('the session is terminated when the greeting %s', async (_, attribute, code) => {
    const said: string[] = []
    const transport = transportTo({
      async post(_url: URL, body: string) {
        said.push(body)
        return Buffer.from(`<body xmlns='http://jabber.org/protocol/httpbind' sid='s1' ${attribute}/>`)
      },
      close() {},
    })
    const authenticator = authenticatorFor({}, { transport })
    await expect(authenticator.authenticate(USER1)).rejects.toMatchObject({ code })
    await authenticator.close()

    expect(said).toHaveLength(2)
    expect(said[1]).toContain("sid='s1' type='terminate'")
  })
})

describe('on shutdown', () => {
  test('close() waits a limited time for a session that is being created', async () => {
    const clock = handClock()
    server.fault({ on: 'create', reply: 'hang' })
    const authenticator = authenticatorFor({ timeout: 60_000 }, { clock })
    const visitor = new AbortController()
    const answered = authenticator.authenticate(USER1, { signal: visitor.signal })
    answered.catch(() => {})
    await until(() => steps().includes('create'))
    visitor.abort()
    await expect(answered).rejects.toMatchObject({ code: 'ERR_XMPP_ABORTED' })
    const closed = authenticator.close()
    await until(() => clock.waiting.includes(2000))
    clock.advance(2000)

    await closed
  })

  test('close() waits a limited time for a terminate', async () => {
    const clock = handClock()
    server.fault({ on: 'terminate', reply: 'hang' })
    const authenticator = authenticatorFor({ timeout: 60_000 }, { clock })
    await authenticator.authenticate(USER1, { clientIp: '192.0.2.1' })
    await until(() => steps().includes('terminate'))
    const closed = authenticator.close()
    expect(clock.waiting).toEqual([TERMINATE_TIMEOUT_MS])
    clock.advance(TERMINATE_TIMEOUT_MS)

    await closed
    const { length } = server.requests
    const addresses = server.requests.map(({ headers }) => headers['x-forwarded-for'])
    expect(addresses).toEqual(Array(length).fill('192.0.2.1'))
  })

  test('close() rejects running logins, waits for their terminates and refuses new ones', async () => {
    server.fault({ on: 'auth', reply: 'hang' })
    const authenticator = authenticatorFor()
    const answered = authenticator.authenticate(USER1)
    answered.catch(() => {})
    await until(() => steps().includes('auth'))
    await authenticator.close()

    await expect(answered).rejects.toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
    expect(server.sessions).toEqual([])
    await expect(authenticator.authenticate(USER1)).rejects.toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
  })
})

test.each([null, { signal: {} }])('authenticate() rejects with a TypeError when the context is %j', async context => {
  const answered = authenticatorFor().authenticate(USER1, context as never)
  await expect(answered).rejects.toThrow(TypeError)
  expect(server.requests).toEqual([])
})
