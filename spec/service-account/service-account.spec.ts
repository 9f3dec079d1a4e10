import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { type ServiceAccountMessage, type ServiceAccountOptions, XmppBoshError } from '../../lib'
import {
  MAX_ASKED,
  MAX_CONFLICTS,
  MAX_RECONNECT_MS,
  MAX_SETUP_FAULTS,
  MAX_UNSENT_ANSWERS,
  MAX_UNSENT_MS,
  RECEIPT_MS,
  SEND_GAP_MS,
  STEADY_MS,
  TIMEOUT_MS,
} from '../../lib/limits'
import { ServiceAccount } from '../../lib/service-account/service-account'
import { element } from '../../lib/xml/write'
import { handClock } from '../fixtures/clock'
import { type HeldPost, reset, settled } from '../fixtures/held-requests'
import { LoginScript } from '../fixtures/login-script'

const PASSWORD = 's3cret of the bot'
const channel: ServiceAccountMessage[] = []
const listen = (message: unknown) => void channel.push(message as ServiceAccountMessage)
beforeEach(() => {
  channel.length = 0
  subscribe('passport-xmpp-bosh:service-account', listen)
})
afterEach(() => {
  unsubscribe('passport-xmpp-bosh:service-account', listen)
})

function start(options: Partial<ServiceAccountOptions> = {}, server = new LoginScript()) {
  const clock = handClock()
  const account = new ServiceAccount(
    {
      service: 'http://127.0.0.1/bosh',
      domain: 'localhost',
      username: 'bot',
      password: PASSWORD,
      mechanisms: ['PLAIN'],
      ...options,
    },
    { clock, transport: server },
  )
  const advance = async (ms: number) => {
    clock.advance(ms)
    await rest()
  }
  const outcome = (promise: Promise<unknown>) => {
    const result: { value?: unknown } = {}
    promise.then(
      () => {
        result.value = 'done'
      },
      reason => {
        result.value = reason
      },
    )
    return result
  }
  return { clock, server, account, advance, outcome }
}
/** Waits until a login, which takes several turns, is over. */
async function rest(): Promise<void> {
  for (let turns = 0; turns < 6; turns++) await settled()
}
async function online(options: Partial<ServiceAccountOptions> = {}, server = new LoginScript()) {
  const started = start(options, server)
  await rest()
  server.last.answer(PRESENCE_BACK)
  await rest()
  return started
}
const PRESENCE_BACK = "<presence xmlns='jabber:client' from='bot@localhost/r1'/>"
const END = "type='terminate' condition='remote-stream-error'"
const streamError = (condition: string) =>
  `<stream:error xmlns:stream='http://etherx.jabber.org/streams'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`
const chat = (id: string) => element('message', { to: 'alice@localhost', id, type: 'chat' }, element('body', {}, id))
const incoming = (body: string, from = 'alice@localhost/phone') =>
  `<message xmlns='jabber:client' from='${from}'><body>${body}</body></message>`

describe('a service account', () => {
  test('logs in at once, asks for a wait of 45 s, and lets the server choose a resource', async () => {
    const { server } = start()
    await rest()

    expect(server.posts[0]?.body).toContain("wait='45'")
    expect(server.posts.map(({ body }) => body).join('')).not.toContain('<resource')
  })

  test('sends its presence of priority 0 as the first stanza after the bind, and nothing before', async () => {
    const { server } = start()
    await rest()

    expect(
      server.posts
        .slice(0, -1)
        .map(({ body }) => body)
        .join(''),
    ).not.toContain('<presence')
    expect(server.last.body).toContain("><presence xmlns='jabber:client'><priority>0</priority></presence></body>")
  })

  test('establishes its session before the presence when the server demands that (RFC 3921 §3)', async () => {
    const server = new LoginScript()
    server.demandsSession = true
    start({}, server)
    await rest()

    expect(server.posts.at(-2)?.body).toContain('<session ')
    expect(server.last.body).toContain('<presence ')
  })

  test('is online when the server has answered the presence', async () => {
    const { server, account, outcome } = start()
    const ready = outcome(account.ready())
    await rest()
    expect([account.state, ready.value]).toEqual(['connecting', undefined])

    server.last.answer(PRESENCE_BACK)
    await rest()
    expect([account.state, ready.value]).toEqual(['online', 'done'])
    await account.ready()
  })

  test('has a prepared bare JID and a nickname', () => {
    const { account } = start({ username: 'BOT@localhost', nickname: 'app.example' })
    expect([account.jid, account.nickname]).toEqual(['bot@localhost', 'app.example'])
  })

  test('tries the next service when one is down', async () => {
    const server = new LoginScript()
    const answer = server.onPost
    server.onPost = post => (post.url.port === '1' ? post.fail(reset()) : answer(post))
    const { account } = await online({ service: ['http://127.0.0.1:1/bosh', 'http://127.0.0.1:2/bosh'] }, server)

    expect(account.state).toBe('online')
    expect(channel.at(-1)).toMatchObject({ service: 'http://127.0.0.1:2/bosh' })
  })
})

describe('an invalid option', () => {
  test.each<[string, object]>([
    ['unknown option `usernam`; did you mean `username`?', { usernam: 'bot' }],
    ['unknown option `bind`', { bind: true }],
    ['option `username` is missing', { username: undefined }],
    ['option `password` is missing', { password: '' }],
    ['option `password` must be', { password: 7 }],
    ['option `nickname`', { nickname: 'a\nb' }],
    ['option `nickname`', { nickname: 'x'.repeat(65) }],
    ['option `domain`', { domain: '' }],
    ['option `timeout`', { timeout: 0 }],
    ['option `username` or `password` names no account', { username: 'bot@elsewhere.example' }],
  ])('throws a TypeError: %s', (message, options) => {
    const made = () =>
      new ServiceAccount({
        service: 'http://127.0.0.1/bosh',
        domain: 'localhost',
        username: 'bot',
        password: PASSWORD,
        ...options,
      } as ServiceAccountOptions)
    expect(made).toThrow(TypeError)
    expect(made).toThrow(message)
    expect(made).not.toThrow(PASSWORD)
  })
})

describe('ready()', () => {
  test.each([
    ['not-authorized', '`password`'],
    ['account-disabled', 'enable the account'],
    ['credentials-expired', 'new password'],
  ])('rejects with ERR_XMPP_ACCOUNT while the server refuses the account (%s)', async (condition, advice) => {
    const server = new LoginScript()
    server.refusal = condition
    const { account, outcome } = start({}, server)
    const ready = outcome(account.ready())
    await rest()

    const refused = { code: 'ERR_XMPP_ACCOUNT', status: 500, condition, message: expect.stringContaining(advice) }
    expect(ready.value).toMatchObject(refused)
    await expect(account.ready()).rejects.toMatchObject(refused)
    expect(account.state).toBe('connecting')
  })

  test('resolves after a refusal when the password is repaired: the account tries again after about 30 s', async () => {
    const server = new LoginScript()
    server.refusal = 'not-authorized'
    const { account, clock, advance } = start({}, server)
    await rest()
    const delay = Math.max(...clock.waiting)
    expect(delay).toBeGreaterThan(MAX_RECONNECT_MS * 0.7)
    server.refusal = undefined
    await advance(delay)
    server.last.answer(PRESENCE_BACK)
    await rest()

    expect([account.state, server.sessions]).toEqual(['online', 2])
    await account.ready()
  })

  test('waits out an outage', async () => {
    const server = new LoginScript()
    server.isDown = true
    const { account, clock, advance, outcome } = start({}, server)
    const ready = outcome(account.ready())
    for (let n = 0; n < 5; n++) {
      await rest()
      await advance(Math.max(...clock.waiting))
    }
    expect(ready.value).toBeUndefined()
    server.isDown = false
    await advance(Math.max(...clock.waiting))
    server.last.answer(PRESENCE_BACK)
    await rest()

    expect(ready.value).toBe('done')
  })

  test('rejects with a fault of the configuration only when it comes again', async () => {
    const server = new LoginScript()
    const { account, clock, advance, outcome } = start({ mechanisms: ['SCRAM-SHA-1'] }, server)
    const ready = outcome(account.ready())
    for (let n = 1; n < MAX_SETUP_FAULTS; n++) {
      await rest()
      expect(ready.value).toBeUndefined()
      await advance(Math.max(...clock.waiting))
    }
    await rest()
    expect(ready.value).toMatchObject({ code: 'ERR_XMPP_MECHANISM' })
  })

  test('rejects with ERR_XMPP_ACCOUNT when the server grants a polling session, and says so', async () => {
    const server = new LoginScript()
    server.granted = "wait='0' hold='0' requests='1'"
    const { account } = start({}, server)
    await expect(account.ready()).rejects.toMatchObject({
      code: 'ERR_XMPP_ACCOUNT',
      message: expect.stringContaining('holds no request'),
    })
    expect(server.posts.some(({ body }) => body.includes("type='terminate'"))).toBe(true)
  })

  test('rejects with ERR_XMPP_ABORTED when its signal aborts, and waits on for others', async () => {
    const { account, outcome } = start()
    const [leaving, waiting] = [new AbortController(), outcome(account.ready())]
    const left = outcome(account.ready(leaving.signal))
    leaving.abort()
    await rest()

    expect(left.value).toMatchObject({ code: 'ERR_XMPP_ABORTED' })
    expect(waiting.value).toBeUndefined()
    await expect(account.ready(leaving.signal)).rejects.toMatchObject({ code: 'ERR_XMPP_ABORTED' })
  })
})

describe('send()', () => {
  test('adds the namespace, and resolves with the receipt', async () => {
    const { server, account, advance, outcome } = await online()
    const [hold] = server.held
    await advance(1_000)
    const sent = outcome(account.send(chat('m1')))
    await rest()
    expect(server.last.body).toContain("<message xmlns='jabber:client' to='alice@localhost' id='m1' type='chat'>")
    expect(sent.value).toBeUndefined()

    hold?.answer()
    await rest()
    expect(sent.value).toBe('done')
  })

  test('waits for the login, and the stanza follows the presence in its body', async () => {
    const { server, account, outcome } = start()
    const sent = outcome(account.send(chat('early')))
    await rest()
    expect(server.last.body).toMatch(/<\/presence><message [^>]*id='early'/)
    server.last.answer(PRESENCE_BACK)
    await rest()

    expect(sent.value).toBe('done')
  })

  test('rejects with ERR_XMPP_UNAVAILABLE when the account was not online for a minute', async () => {
    const server = new LoginScript()
    server.isDown = true
    const { account, outcome, advance } = start({}, server)
    const sent = outcome(account.send(chat('m1')))
    await advance(MAX_UNSENT_MS)

    expect(sent.value).toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
  })

  test('rejects a stanza with a character that XML forbids, and sends nothing of it', async () => {
    const { server, account } = await online()
    const posts = server.posts.length
    await expect(account.send(chat('\u0000'))).rejects.toThrow(TypeError)
    await rest()
    expect(server.posts).toHaveLength(posts)
  })
})

describe('when its session is lost, the account', () => {
  const LOSSES: [string, (hold: HeldPost) => void][] = [
    ['another session takes its place', hold => hold.answer(streamError('conflict'), END)],
    ['the server stops', hold => hold.answer(streamError('system-shutdown'), END)],
    ['the server has forgotten it', hold => hold.answer('', "type='terminate' condition='item-not-found'")],
    ['the connection is cut', hold => hold.fail(reset())],
  ]

  test.each(LOSSES)(
    'logs in again at once, with another session, and sends the same stanza again (%s)',
    async (_, lose) => {
      const { server, account, advance, outcome } = await online()
      const [hold] = server.held
      await advance(1_000)
      const sent = outcome(account.send(chat('m1')))
      await rest()
      const once = server.last.body
      if (hold) lose(hold)
      await rest()
      expect(account.state).toBe('connecting')
      await advance(0)
      expect(server.sessions).toBe(2)
      expect(server.last.body).toContain("sid='s2'")
      expect(server.last.body).toContain('<presence ')
      expect(server.last.body).toContain(/<message.*<\/message>/.exec(once)?.[0])

      server.last.answer(PRESENCE_BACK)
      await rest()
      expect([account.state, sent.value]).toEqual(['online', 'done'])
    },
  )

  test('sends a parked stanza again in another session when its receipt is missing for 2 s', async () => {
    const { server, account, advance } = await online()
    await advance(1_000)
    void account.send(chat('m1'))
    await rest()
    await advance(RECEIPT_MS + 1_000)
    await advance(0)

    expect(server.sessions).toBe(2)
    const bodies = server.standing.filter(({ body }) => body.includes("id='m1'"))
    expect(bodies.map(({ body }) => / sid='(s\d)'/.exec(body)?.[1])).toEqual(['s1', 's2'])
    expect(new Set(bodies.map(({ rid }) => rid)).size).toBe(2)
  })

  test('logs in later each time while sessions are short, and at once again after a minute online', async () => {
    const { server, clock, advance } = await online()
    const delays: (number | undefined)[] = []
    const lose = async () => {
      server.last.answer('', "type='terminate' condition='item-not-found'")
      await rest()
      const delay = channel.at(-1)?.retryIn ?? 0
      delays.push(delay)
      expect(clock.waiting).toContain(delay)
      await advance(delay)
      server.last.answer(PRESENCE_BACK)
      await rest()
    }
    await lose()
    await lose()
    await lose()
    await advance(STEADY_MS / 2)
    server.last.answer()
    await rest()
    await advance(STEADY_MS / 2)
    await lose()

    expect(delays[0]).toBe(0)
    expect(delays[1]).toBeGreaterThan(180)
    expect(delays[2]).toBeGreaterThan(370)
    expect(delays[3]).toBe(0)
  })

  test('counts as refused at the third conflict within a minute, and names max_user_sessions', async () => {
    const { server, account, clock, advance } = await online()
    for (let n = 1; n <= MAX_CONFLICTS; n++) {
      server.last.answer(streamError('conflict'), END)
      await rest()
      if (n === MAX_CONFLICTS) break
      await advance(Math.max(...clock.waiting))
      server.last.answer(PRESENCE_BACK)
      await rest()
      expect(account.state).toBe('online')
    }

    await expect(account.ready()).rejects.toMatchObject({
      code: 'ERR_XMPP_ACCOUNT',
      condition: 'conflict',
      message: expect.stringContaining('max_user_sessions'),
    })
    expect(Math.max(...clock.waiting)).toBeGreaterThan(MAX_RECONNECT_MS * 0.7)
  })

  test('is not refused after three conflicts in a longer time', async () => {
    const { server, account, clock, advance } = await online()
    for (let n = 1; n <= MAX_CONFLICTS + 1; n++) {
      await advance(31_000)
      server.last.answer(streamError('conflict'), END)
      await rest()
      await advance(Math.max(...clock.waiting))
      server.last.answer(PRESENCE_BACK)
      await rest()
    }
    expect(account.state).toBe('online')
  })
})

describe('onMessage()', () => {
  test('gives each listener every message in order, and nothing else', async () => {
    const { server, account } = await online()
    const texts: (string | undefined)[] = []
    account.onMessage(({ children }) => texts.push(children[0]?.text))
    server.last.answer(`${incoming('1')}<presence xmlns='jabber:client'/>${incoming('2')}<foo xmlns='urn:x'/>`)
    await rest()

    expect(texts).toEqual(['1', '2'])
  })

  test('goes on after a listener that throws, which the channel reports', async () => {
    const { server, account } = await online()
    const texts: (string | undefined)[] = []
    const error = new Error('of the app')
    account.onMessage(() => {
      throw error
    })
    account.onMessage(({ children }) => texts.push(children[0]?.text))
    server.last.answer(incoming('1'))
    await rest()
    server.last.answer(incoming('2'))
    await rest()

    expect(texts).toEqual(['1', '2'])
    expect(account.state).toBe('online')
    expect(channel.at(-1)).toMatchObject({ state: 'online', code: 'unexpected', error })
  })

  test('stops when its function is called', async () => {
    const { server, account } = await online()
    const listener = jest.fn()
    account.onMessage(listener)()
    server.last.answer(incoming('1'))
    await rest()

    expect(listener).not.toHaveBeenCalled()
  })
})

describe('a request of a stranger', () => {
  test('is answered with the next poll', async () => {
    const { server } = await online()
    server.last.answer(
      "<iq xmlns='jabber:client' type='get' id='i1' from='eve@x.example/y'><ping xmlns='urn:xmpp:ping'/></iq>",
    )
    await rest()

    expect(server.last.body).toContain("<iq xmlns='jabber:client' type='result' id='i1' to='eve@x.example/y'/>")
  })

  test('is left alone when many answers wait already', async () => {
    const { server, account } = await online()
    const asks = Array.from({ length: 300 }, (_, n) => `<iq type='get' id='i${n}' from='eve@x.example/y'/>`)
    server.last.answer(asks.join(''))
    await rest()
    void account.send(chat('mine'))
    for (let n = 0; n < 40; n++) {
      server.held[0]?.answer()
      await rest()
    }

    const sent = server.standing.map(({ body }) => body).join('')
    expect(sent.match(/service-unavailable/g)).toHaveLength(MAX_UNSENT_ANSWERS)
    expect(sent).toContain("id='mine'")
  })
})

describe('ask()', () => {
  const GET = { type: 'get' as const, payload: element('query', { xmlns: 'urn:x' }) }
  async function asking(to?: string) {
    const started = await online()
    const [hold] = started.server.held
    await started.advance(1_000)
    const result = started.outcome(started.account.ask(to === undefined ? GET : { ...GET, to }))
    await rest()
    const id = /<iq[^>]* id='([^']*)'/.exec(started.server.last.body)?.[1]
    const answer = async (attributes: string) => {
      started.server.held[0]?.answer(`<iq xmlns='jabber:client' id='${id}' ${attributes}/>`)
      await rest()
    }
    return { ...started, result, answer, hold, id }
  }

  test.each([
    ['room@rooms.example', "type='result' from='room@rooms.example'"],
    ['Room@ROOMS.example/Nick', "type='error' from='room@rooms.example/Nick'"],
    ['localhost', "type='result' from='localhost'"],
    ['bot@localhost', "type='result'"],
    [undefined, "type='result'"],
    [undefined, "type='result' from=''"],
    [undefined, "type='result' from='bot@localhost'"],
    [undefined, "type='result' from='localhost'"],
  ])('of %s takes the answer %s', async (to, attributes) => {
    const { result, answer } = await asking(to)
    await answer(attributes)
    expect(result.value).toBe('done')
  })

  test.each([
    ['room@rooms.example', "type='result' from='eve@x.example/y'"],
    ['room@rooms.example', "type='result' from='room@rooms.example/nick'"],
    ['room@rooms.example', "type='result' from='rooms.example'"],
    ['room@rooms.example', "type='result'"],
    ['room@rooms.example', "type='get' from='room@rooms.example'"],
    ['room@rooms.example/Nick', "type='result' from='room@rooms.example/nick'"],
    [undefined, "type='result' from='eve@x.example'"],
    [undefined, "type='result' from='alice@localhost'"],
  ])('of %s leaves alone what is not its answer: %s', async (to, attributes) => {
    const { result, answer, advance } = await asking(to)
    await answer(attributes)
    expect(result.value).toBeUndefined()

    await advance(TIMEOUT_MS)
    expect(result.value).toMatchObject({ code: 'ERR_XMPP_TIMEOUT' })
  })

  test('rejects when the session ends before the answer', async () => {
    const { result, hold } = await asking('room@rooms.example')
    hold?.fail(reset())
    await rest()
    expect(result.value).toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE', cause: expect.any(XmppBoshError) })
  })

  test('rejects when its signal aborts', async () => {
    const { account } = await online()
    const left = new AbortController()
    const answer = account.ask(GET, left.signal)
    left.abort()
    await expect(answer).rejects.toMatchObject({ code: 'ERR_XMPP_ABORTED' })
  })

  test('rejects one request too many', async () => {
    const { account, outcome } = await online()
    for (let n = 0; n < MAX_ASKED; n++) outcome(account.ask(GET))
    await expect(account.ask(GET)).rejects.toMatchObject({ code: 'ERR_XMPP_BUSY' })
  })
})

describe('close()', () => {
  test('terminates the session, leaves no timer, and refuses what follows', async () => {
    const { server, account, clock, advance, outcome } = await online()
    const asked = outcome(account.ask({ type: 'get', payload: element('query', { xmlns: 'urn:x' }) }))
    await rest()
    const closing = outcome(account.close())
    await advance(SEND_GAP_MS)
    server.held[0]?.answer()
    await rest()
    await advance(SEND_GAP_MS)
    expect(server.last.body).toContain("type='terminate'")
    server.last.answer('', "type='terminate'")
    await rest()

    expect([closing.value, account.state]).toEqual(['done', 'closed'])
    expect(asked.value).toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
    expect(clock.waiting).toEqual([])
    await expect(account.ready()).rejects.toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
    await expect(account.send(chat('late'))).rejects.toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
  })

  test('ends a delay between two logins, and rejects those who wait', async () => {
    const server = new LoginScript()
    server.isDown = true
    const { account, clock, outcome } = start({}, server)
    const [ready, sent] = [outcome(account.ready()), outcome(account.send(chat('m1')))]
    await rest()
    await account.close()
    await rest()

    expect(clock.waiting).toEqual([])
    expect(ready.value).toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
    expect(sent.value).toMatchObject({ code: 'ERR_XMPP_UNAVAILABLE' })
  })

  test('ends a login in flight and does not log in again', async () => {
    const server = new LoginScript()
    const answer = server.onPost
    server.onPost = post => (post.body.includes('<auth ') ? undefined : answer(post))
    const { account, clock, outcome } = start({}, server)
    await rest()
    const closing = outcome(account.close())
    await rest()
    server.last.answer('', "type='terminate'")
    await rest()

    expect(closing.value).toBe('done')
    expect(clock.waiting).toEqual([])
    expect(server.sessions).toBe(1)
  })

  test('called twice closes once, and both calls end together', async () => {
    const { server, account, advance, outcome } = await online()
    const [one, two] = [outcome(account.close()), outcome(account.close())]
    await advance(SEND_GAP_MS)
    expect([one.value, two.value]).toEqual([undefined, undefined])
    server.last.answer('', "type='terminate'")
    await rest()

    expect([one.value, two.value]).toEqual(['done', 'done'])
  })
})

describe('the channel passport-xmpp-bosh:service-account', () => {
  test('tells each change of the state, and the reason of a loss', async () => {
    const { server, account, advance, outcome } = await online({ service: 'http://127.0.0.1/bosh?key=s3cret' })
    server.last.answer(streamError('system-shutdown'), END)
    await rest()
    const closing = outcome(account.close())
    await advance(0)

    expect(closing.value).toBe('done')
    const common = { jid: 'bot@localhost', domain: 'localhost' }
    expect(channel).toEqual([
      { ...common, state: 'connecting' },
      { ...common, state: 'online', service: 'http://127.0.0.1/bosh' },
      { ...common, state: 'connecting', code: 'ERR_XMPP_UNAVAILABLE', error: expect.any(XmppBoshError), retryIn: 0 },
      { ...common, state: 'closed' },
    ])
  })

  test('never holds the password', async () => {
    const server = new LoginScript()
    server.refusal = 'not-authorized'
    start({}, server)
    await rest()

    const told = channel.map(message => `${JSON.stringify(message)} ${String(message.error)}`).join()
    expect(told).toContain('ERR_XMPP_ACCOUNT')
    expect(told).not.toContain(PASSWORD)
    expect(told).not.toContain(Buffer.from(`\0bot\0${PASSWORD}`).toString('base64'))
  })
})
