import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { ServiceAccount, type ServiceAccountMessage } from '../../lib'
import { HttpTransport, type Transport } from '../../lib/bosh/transport'
import { MAX_RESPONSE_BYTES_TOP, RECEIPT_MS, STANDING_WAIT_S } from '../../lib/limits'
import type { Internals } from '../../lib/sessions/bounded-sessions'
import type { Element } from '../../lib/xml/read'
import { element } from '../../lib/xml/write'
import { authenticate, openSession } from './servers/bare-session'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

/* Service accounts on real servers: `bot`, and `alice` as the person at the other end. */

const PASSWORD = 'correct horse battery'
const ANSWERS = 2_000
const textOf = ({ children }: Element) => children.find(({ name }) => name === 'body')?.text
const isDelayed = ({ children }: Element) => children.some(({ namespace }) => namespace === 'urn:xmpp:delay')
const chat = (to: string, text: string) => element('message', { to, id: text, type: 'chat' }, element('body', {}, text))

let servers: LiveServer[] = []
beforeAll(async () => {
  servers = await Promise.all([startEjabberd({ storage: 'plain', modules: { mod_offline: '{}' } }), startProsody()])
  await Promise.all(servers.flatMap(server => ['bot', 'alice'].map(name => server.register(name, PASSWORD))))
}, 90_000)
afterAll(() => Promise.all(servers.map(server => server.stop())))

const opened: ServiceAccount[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map(account => account.close()))
})

function open(server: LiveServer, username: string, internals: Internals = {}): ServiceAccount {
  const account = new ServiceAccount(
    { service: server.url, domain: 'localhost', username, password: PASSWORD },
    internals,
  )
  opened.push(account)
  return account
}

/** Returns a function that waits for a message with the text. A message that came before counts, too. */
function inboxOf(account: ServiceAccount) {
  const came: Element[] = []
  const waiting = new Map<string, (message: Element) => void>()
  account.onMessage(message => {
    came.push(message)
    waiting.get(textOf(message) ?? '')?.(message)
  })
  const message = (text: string) => {
    const found = came.find(one => textOf(one) === text)
    return found ? Promise.resolve(found) : new Promise<Element>(resolve => waiting.set(text, resolve))
  }
  return { came, message, texts: () => came.map(textOf) }
}

/** Collects what the channel says until `stop` is called. */
function watch() {
  const codes: (string | undefined)[] = []
  const listen = (message: unknown) => {
    const { state, code } = message as ServiceAccountMessage
    if (state === 'connecting') codes.push(code)
  }
  subscribe('passport-xmpp-bosh:service-account', listen)
  return { codes, stop: () => unsubscribe('passport-xmpp-bosh:service-account', listen) }
}

describe.each([
  ['ejabberd', 0],
  ['Prosody', 1],
])('on %s', (name, index) => {
  const server = () => servers[index] as LiveServer

  /** Opens both accounts, and waits until they are online. */
  async function both(internals: Internals = {}) {
    const [bot, alice] = [open(server(), 'bot', internals), open(server(), 'alice')]
    const inboxes = { bot: inboxOf(bot), alice: inboxOf(alice) }
    await Promise.all([bot.ready(), alice.ready()])
    return { bot, alice, inboxes }
  }

  test('2,000 answers arrive, each within a second, on one session', async () => {
    const { bot, alice } = await both()
    const { codes, stop } = watch()
    alice.onMessage(message => void alice.send(chat(bot.jid, `yes ${textOf(message)}`)))
    const { message } = inboxOf(bot)
    let slowest = 0
    for (let n = 0; n < ANSWERS; n++) {
      const begun = performance.now()
      await bot.send(chat(alice.jid, String(n)))
      await message(`yes ${n}`)
      slowest = Math.max(slowest, performance.now() - begun)
    }
    stop()

    expect(slowest).toBeLessThan(1_000)
    expect(codes).toEqual([])
  }, 120_000)

  test('a hundred stanzas that are sent at once arrive in order', async () => {
    const { bot, alice, inboxes } = await both()
    await Promise.all(Array.from({ length: 100 }, (_, n) => bot.send(chat(alice.jid, `m${n}`))))
    await inboxes.alice.message('m99')

    expect(inboxes.alice.texts()).toEqual(Array.from({ length: 100 }, (_, n) => `m${n}`))
  })

  test('a stanza that nothing answers has its receipt within 2 s, and the session goes on', async () => {
    const { bot, alice, inboxes } = await both()
    const { codes, stop } = watch()
    for (const text of ['a', 'b', 'c']) {
      const begun = performance.now()
      await bot.send(chat(alice.jid, text))
      expect(performance.now() - begun).toBeLessThan(2_000)
    }
    stop()
    await inboxes.alice.message('c')

    expect(inboxes.alice.texts()).toEqual(['a', 'b', 'c'])
    expect(codes).toEqual([])
  })

  test('messages that came while the account was away arrive with its first presence', async () => {
    const { bot, alice } = await both()
    await bot.close()
    await Promise.all(['x', 'y', 'z'].map(text => alice.send(chat(bot.jid, text))))
    const inbox = inboxOf(open(server(), 'bot'))
    // ejabberd keeps one later that still found the session that ends.
    for (const text of ['x', 'y', 'z']) await inbox.message(text)

    expect(inbox.texts().sort()).toEqual(['x', 'y', 'z'])
    expect(inbox.came.every(isDelayed)).toBe(true)
  })

  test('close() sends what was said just before, and leaves no session behind', async () => {
    const { bot, alice, inboxes } = await both()
    const sent = ['p', 'q'].map(text => bot.send(chat(alice.jid, text)))
    await bot.close()
    await Promise.all(sent)
    await inboxes.alice.message('q')
    expect(await server().boshSessions()).toBe(1)
  })

  test('another session with the same resource ends this one, and the account comes back with another resource', async () => {
    const { bot, alice, inboxes } = await both()
    await bot.send(chat(alice.jid, 'first'))
    const resource = (await inboxes.alice.message('first')).attributes.get('from')?.split('/')[1] ?? ''
    const { codes, stop } = watch()
    const other = await openSession(server())
    await authenticate(other, 'bot', PASSWORD)
    await other.send('', "xmpp:restart='true'")
    await other.send(
      `<iq xmlns='jabber:client' type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    )
    await until(() => codes.length > 0)
    await bot.ready()
    stop()
    await bot.send(chat(alice.jid, 'second'))
    const from = (await inboxes.alice.message('second')).attributes.get('from')
    await other.send('', "type='terminate'")

    expect(codes).toEqual(['ERR_XMPP_TERMINATED'])
    expect(from).not.toBe(`bot@localhost/${resource}`)
  })

  test('a stanza that overtakes the poll before it arrives, on ejabberd in a new session', async () => {
    const reversal = { isDue: false }
    const { bot, alice, inboxes } = await both({ transport: reversing(reversal) })
    await new Promise(resolve => setTimeout(resolve, 100))
    reversal.isDue = true
    const { codes, stop } = watch()
    // The poll after this message is held up on its way, and the next stanza overtakes it.
    await alice.send(chat(bot.jid, 'go'))
    await until(() => !reversal.isDue)
    const begun = performance.now()
    await bot.send(chat(alice.jid, 'mine'))
    await inboxes.alice.message('mine')
    stop()

    expect(performance.now() - begun).toBeLessThan(RECEIPT_MS + 2_000)
    // ejabberd parks it, and no receipt comes.
    expect(codes).toEqual(name === 'ejabberd' ? ['ERR_XMPP_TIMEOUT'] : [])
  })

  test('a client that asks what it is learns that it is a bot', async () => {
    const { bot, alice, inboxes } = await both()
    await bot.send(chat(alice.jid, 'here'))
    const from = (await inboxes.alice.message('here')).attributes.get('from') ?? ''
    const info = await alice.ask({
      type: 'get',
      to: from,
      payload: element('query', { xmlns: 'http://jabber.org/protocol/disco#info' }),
    })
    const last = await alice.ask({ type: 'get', to: from, payload: element('query', { xmlns: 'jabber:iq:last' }) })

    const [identity] = info.children.flatMap(({ children }) => children)
    expect(Object.fromEntries(identity?.attributes ?? [])).toEqual({ category: 'client', type: 'bot' })
    expect(last.attributes.get('type')).toBe('error')
  })

  test('a wrong password is reported, and names what to change', async () => {
    const account = new ServiceAccount({
      service: server().url,
      domain: 'localhost',
      username: 'bot',
      password: 'wrong',
    })
    opened.push(account)
    await expect(account.ready()).rejects.toMatchObject({ code: 'ERR_XMPP_ACCOUNT', condition: 'not-authorized' })
  })
})

test('a minute without a message does not end the session', async () => {
  const { codes, stop } = watch()
  const pairs = await Promise.all(
    servers.map(async server => {
      const [bot, alice] = [open(server, 'bot'), open(server, 'alice')]
      await Promise.all([bot.ready(), alice.ready()])
      return { bot, alice, inbox: inboxOf(bot) }
    }),
  )
  codes.length = 0
  await new Promise(resolve => setTimeout(resolve, (STANDING_WAIT_S + 5) * 1_000))
  await Promise.all(
    pairs.map(async ({ bot, alice, inbox }) => {
      await alice.send(chat(bot.jid, 'after'))
      await inbox.message('after')
    }),
  )
  stop()

  expect(codes).toEqual([])
}, 120_000)

// These restart the servers, so they are the last.
describe.each(['SIGTERM', 'SIGKILL'] as const)('after a restart by %s', signal => {
  test('the accounts come back, and what was sent meanwhile arrives', async () => {
    await Promise.all(
      servers.map(async server => {
        const [bot, alice] = [open(server, 'bot'), open(server, 'alice')]
        const inbox = inboxOf(alice)
        await Promise.all([bot.ready(), alice.ready()])
        if (signal === 'SIGKILL') server.signal(signal)
        const restarting = server.restart()
        await until(() => bot.state === 'connecting')
        const sent = bot.send(chat(alice.jid, 'meanwhile'))
        await restarting
        await Promise.all([bot.ready(), alice.ready()])
        await sent
        await inbox.message('meanwhile')
      }),
    )
  }, 120_000)
})

async function until(condition: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 20_000; !condition(); ) {
    if (performance.now() > deadline) throw new Error('the condition was not met within 20 s')
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

/** Returns a transport that holds up one poll, once that is due, so that the next request overtakes it. */
function reversing(reversal: { isDue: boolean }): Transport {
  const http = new HttpTransport({ maxResponseBytes: MAX_RESPONSE_BYTES_TOP })
  return {
    connect(url) {
      const connection = http.connect(url)
      return {
        get repeats() {
          return connection.repeats
        },
        release: () => connection.release(),
        async post(body, options) {
          if (!reversal.isDue || !body.endsWith('/>')) return connection.post(body, options)
          reversal.isDue = false
          options.onSent?.()
          await new Promise(resolve => setTimeout(resolve, 300))
          const { onSent: _, ...rest } = options
          return connection.post(body, rest)
        },
      }
    },
    close: () => http.close(),
  }
}
