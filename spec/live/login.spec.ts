import { Authenticator, type AuthenticatorOptions, type Mechanism, Strategy } from '../../lib'
import { form, visit } from '../fixtures/passport'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

/** A way to start a server, and its offer. */
interface Setup {
  name: string
  start: () => Promise<LiveServer>
  mechanisms: readonly Mechanism[]
  /** those that can prove a password with an emoji, which ejabberd's own preparation refuses wherever it reads it */
  emoji: readonly Mechanism[]
  /** has an account that passes SASL and may not bind */
  blocks: boolean
}

const ejabberd = (hash: 'sha' | 'sha256' | 'sha512', scram: Mechanism): Setup => ({
  name: `ejabberd, scram storage, ${scram}`,
  start: () => startEjabberd({ storage: 'scram', hash }),
  mechanisms: ['PLAIN', scram],
  emoji: [scram],
  blocks: true,
})

const SETUPS: readonly Setup[] = [
  {
    name: 'ejabberd, plain storage',
    start: () => startEjabberd({ storage: 'plain' }),
    mechanisms: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
    emoji: ['SCRAM-SHA-256'],
    blocks: true,
  },
  ejabberd('sha', 'SCRAM-SHA-1'),
  ejabberd('sha256', 'SCRAM-SHA-256'),
  ejabberd('sha512', 'SCRAM-SHA-512'),
  {
    name: 'Prosody, hashed storage',
    start: () => startProsody(),
    mechanisms: ['PLAIN', 'SCRAM-SHA-1'],
    emoji: ['PLAIN', 'SCRAM-SHA-1'],
    blocks: false,
  },
  {
    name: 'Prosody, plain storage',
    start: () => startProsody({ storage: 'plain' }),
    mechanisms: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'],
    emoji: ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'],
    blocks: false,
  },
]
const ALL_MECHANISMS: readonly Mechanism[] = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']

describe.each(SETUPS)('on $name', ({ start, mechanisms, emoji, blocks }) => {
  let server: LiveServer
  let opened: Authenticator[] = []

  beforeAll(async () => {
    server = await start()
    await server.register('user1', 'user1')
    await server.register('zoë', 'pä$$wörd €😀')
    await server.register('andré', 'pä$$wörd €')
    await server.register('blocked', 'blocked')
  })
  afterAll(() => server?.stop())
  afterEach(async () => {
    await Promise.all(opened.map(authenticator => authenticator.close()))
    opened = []
  })

  function authenticatorFor(options: Partial<AuthenticatorOptions> = {}): Authenticator {
    const made = new Authenticator({ service: server.url, domain: server.domain, failureDelay: 0, ...options })
    opened.push(made)
    return made
  }

  const signIn = (username: string, password: string, options: Partial<AuthenticatorOptions> = {}) =>
    visit(new Strategy({ authenticator: authenticatorFor(options) }), form(username, password))

  describe.each(mechanisms)('by %s', mechanism => {
    const only = { mechanisms: [mechanism] }

    test.each([
      ['user1', 'user1', 'user1@localhost'],
      ['USER1', 'user1', 'user1@localhost'],
      ['ｕｓｅｒ１', 'user1', 'user1@localhost'],
      ['user1@localhost', 'user1', 'user1@localhost'],
      ['andré', 'pä$$wörd €', 'andré@localhost'],
      ['ANDRE\u0301', 'pa\u0308$$wo\u0308rd €', 'andré@localhost'],
    ])('the account of %s signs in', async (username, password, jid) => {
      expect(await signIn(username, password, only)).toMatchObject({
        action: 'success',
        user: { jid },
        info: { mechanism },
      })
    })

    const proves = emoji.includes(mechanism)
    test(`an account ${proves ? 'signs in' : 'is refused by the server'} when its password holds an emoji`, async () => {
      expect(await signIn('zoë', 'pä$$wörd €😀', only)).toMatchObject(
        proves ? { action: 'success', user: { jid: 'zoë@localhost' } } : { action: 'fail', status: 401 },
      )
    })

    test('an account signs in without bind', async () => {
      expect(await signIn('user1', 'user1', { ...only, bind: false })).toMatchObject({
        action: 'success',
        user: { jid: 'user1@localhost' },
      })
    })

    test('a wrong password and an unknown user get the same 401', async () => {
      const wrong = await signIn('user1', 'user2', only)
      const unknown = await signIn('nobody', 'user1', only)

      expect(wrong).toEqual({
        action: 'fail',
        status: 401,
        info: { code: 'invalid-credentials', message: 'Unknown user name or wrong password.' },
      })
      expect(unknown).toEqual(wrong)
    })
  })

  for (const mechanism of ALL_MECHANISMS.filter(name => !mechanisms.includes(name))) {
    test(`the error lists the offer when the server does not offer ${mechanism}`, async () => {
      expect(await signIn('user1', 'user1', { mechanisms: [mechanism] })).toMatchObject({
        action: 'error',
        error: { code: 'ERR_XMPP_MECHANISM', status: 500, message: expect.stringContaining(mechanisms[1] ?? '') },
      })
    })
  }

  test('a login uses the strongest offered mechanism by default', async () => {
    const { info } = await signIn('user1', 'user1')

    expect(info?.['mechanism']).toBe(ALL_MECHANISMS.find(name => mechanisms.includes(name)))
  })

  test('a login fails with ERR_XMPP_DOMAIN when the domain is not served', async () => {
    expect(await signIn('user1', 'user1', { domain: 'localhosts' })).toMatchObject({
      action: 'error',
      error: { code: 'ERR_XMPP_DOMAIN', status: 500 },
    })
  })

  if (blocks) {
    test.each(mechanisms)('a blocked account passes SASL by %s and is refused at bind', async mechanism => {
      expect(await signIn('blocked', 'blocked', { mechanisms: [mechanism] })).toMatchObject({
        action: 'fail',
        status: 403,
        info: { code: 'not-allowed', message: 'Unknown user name or wrong password.' },
      })
      // The price of `bind: false`.
      expect(await signIn('blocked', 'blocked', { mechanisms: [mechanism], bind: false })).toMatchObject({
        action: 'success',
      })
    })
  }

  test('the server holds no session when 200 logins have ended and close() has returned', async () => {
    const authenticator = authenticatorFor()
    const logins = Array.from({ length: 200 }, (_, n) =>
      authenticator.authenticate({ username: 'user1', password: n % 4 ? 'user1' : 'wrong' }),
    )
    const answers = await Promise.allSettled(logins)
    await authenticator.close()

    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, n) => (n % 4 ? 'fulfilled' : 'rejected')))
    const held = async () => ({ users: await server.connectedUsers(), sessions: await server.boshSessions() })
    const since = Date.now()
    let last = await held()
    while ((last.users > 0 || last.sessions > 0) && Date.now() - since < 5_000) {
      await new Promise(resolve => setTimeout(resolve, 100))
      last = await held()
    }
    expect(last).toEqual({ users: 0, sessions: 0 })
  })

  test('a login fails with 504 within its deadline when the server does not answer', async () => {
    server.signal('SIGSTOP')
    try {
      expect(await signIn('user1', 'user1', { timeout: 500 })).toMatchObject({
        action: 'error',
        error: { code: 'ERR_XMPP_TIMEOUT', status: 504 },
      })
    } finally {
      server.signal('SIGCONT')
    }
    expect(await signIn('user1', 'user1')).toMatchObject({ action: 'success' })
  })

  test('a login fails with 502 when the server is gone', async () => {
    const authenticator = authenticatorFor()
    await authenticator.authenticate({ username: 'user1', password: 'user1' })
    server.signal('SIGKILL')

    // The first attempt finds the kept-alive connections cut, the second finds no listener.
    for (const _ of ['cut', 'refused']) {
      await expect(authenticator.authenticate({ username: 'user1', password: 'user1' })).rejects.toMatchObject({
        code: 'ERR_XMPP_CONNECT',
        status: 502,
      })
    }
  })
})
