import { ServiceAccount } from '../../lib'
import { RECEIPT_MS, STANDING_WAIT_S } from '../../lib/limits'
import type { Internals } from '../../lib/sessions/bounded-sessions'
import type { Element } from '../../lib/xml/read'
import { element } from '../../lib/xml/write'
import { until, within } from '../fixtures/waits'
import { authenticate, openSession } from './servers/bare-session'
import { handled, inboxOf, online, textOf, watchStates } from './servers/clients/account'
import { reversing } from './servers/clients/reversing-transport'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

/* Service accounts on real servers: `bot`, and `alice` as the person at the other end. */

const PASSWORD = 'correct horse battery'
const ANSWERS = 2_000
/** ms that a server may take to end and to start */
const RESTART_MS = 45_000
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

describe.each([
  ['ejabberd', 0],
  ['Prosody', 1],
])('on %s', (name, index) => {
  const server = () => servers[index] as LiveServer

  /** Opens both accounts, and waits until they are online. */
  async function both(internals: Internals = {}) {
    const [bot, alice] = [open(server(), 'bot', internals), open(server(), 'alice')]
    const inboxes = { bot: inboxOf(bot), alice: inboxOf(alice) }
    await online(bot, alice)
    return { bot, alice, inboxes }
  }

  test('2,000 answers arrive, each within a second, on one session', async () => {
    const { bot, alice } = await both()
    const { codes, stop } = watchStates()
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
    const { codes, stop } = watchStates()
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
    await handled(alice)
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
    const { codes, stop } = watchStates()
    const other = await openSession(server())
    await authenticate(other, 'bot', PASSWORD)
    await other.send('', "xmpp:restart='true'")
    await other.send(
      `<iq xmlns='jabber:client' type='set' id='1'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>${resource}</resource></bind></iq>`,
    )
    await until('the end of the session of bot', () => codes.length > 0)
    await online(bot)
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
    const { codes, stop } = watchStates()
    // The poll after this message is held up on its way, and the next stanza overtakes it.
    await alice.send(chat(bot.jid, 'go'))
    await until('a poll of bot', () => !reversal.isDue)
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
  const { codes, stop } = watchStates()
  const pairs = await Promise.all(
    servers.map(async server => {
      const [bot, alice] = [open(server, 'bot'), open(server, 'alice')]
      await online(bot, alice)
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
    await Promise.all(servers.map(server => restart(server, signal)))
  }, 180_000)
})

/** Restarts a server while `bot` sends to `alice`, and waits until both are online again and `alice` has the message. */
async function restart(server: LiveServer, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const [bot, alice] = [open(server, 'bot'), open(server, 'alice')]
  const inbox = inboxOf(alice)
  await online(bot, alice)
  if (signal === 'SIGKILL') server.signal(signal)
  const sent = until('the end of the session of bot', () => bot.state === 'connecting').then(() =>
    bot.send(chat(alice.jid, 'meanwhile')),
  )
  await Promise.all([
    within(`the restart of ${server.name}`, server.restart(), { ms: RESTART_MS }).then(() => online(bot, alice)),
    within('the receipt of "meanwhile"', sent, { ms: 2 * RESTART_MS, seen: () => bot.state }),
  ])

  // If alice comes at the moment in which ejabberd has found her away, and has not stored the message yet, it keeps the
  // message until she comes again. The next one arrives after it, or in its place.
  await bot.send(chat(alice.jid, 'after'))
  await inbox.message('after')
  if (inbox.texts().includes('meanwhile')) return
  await alice.close()
  const later = inboxOf(open(server, 'alice'))
  await later.message('meanwhile')
}
