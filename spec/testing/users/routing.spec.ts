import { Responder } from '../../../lib/testing/responder'
import type { PersonalityName } from '../../../lib/testing/server'
import { ChatSession, wordsOf } from './chat-session'

/*
 * Stanzas travel between the sessions of the test kit as they do on real ejabberd and Prosody (RFC 6121 §8).
 */

const ACCOUNTS = { alice: 'alice', bot: 'bot', bob: 'bob' }
const SERVERS: readonly PersonalityName[] = ['ejabberd', 'prosody']

describe.each(SERVERS)('on %s', personality => {
  let kit: Responder
  let alice: ChatSession
  beforeEach(async () => {
    kit = new Responder({ domain: 'localhost', accounts: ACCOUNTS, personality, offlineStorage: true })
    alice = await ChatSession.open(kit, 'alice@localhost/phone', 1)
  })
  afterEach(() => kit.reset())

  const presence = (priority: number) => `<presence><priority>${priority}</priority></presence>`
  const open = async (resource: string, priority?: number): Promise<ChatSession> => {
    const session = await ChatSession.open(kit, `bot@localhost/${resource}`, 1)
    if (priority !== undefined) await session.say(presence(priority))
    return session
  }
  const message = (to: string, type: string) => `<message to='${to}' type='${type}' id='m'><body>Hello</body></message>`

  /** Sends a stanza of Alice and returns the sessions that get it. */
  async function reached(stanza: string, sessions: Readonly<Record<string, ChatSession>>): Promise<readonly string[]> {
    await alice.tell(stanza)
    const names: string[] = []
    for (const [name, session] of Object.entries(sessions)) {
      if ((await session.take()).includes('Hello')) names.push(name)
    }
    return names
  }

  test.each([
    [0, 0, 'chat', ['a', 'b']],
    [0, 0, 'headline', ['a', 'b']],
    [5, 0, 'chat', ['a']],
    [5, 0, 'normal', ['a']],
    [5, 0, 'headline', ['a', 'b']],
    [0, -1, 'chat', ['a']],
    [0, undefined, 'chat', ['a']],
    [-1, -1, 'chat', []],
    [undefined, undefined, 'chat', []],
  ])(
    'a message to the bare JID of sessions with priorities %p and %p of type %s goes to %p',
    async (a, b, type, to) => {
      const sessions = { a: await open('a', a), b: await open('b', b) }

      expect(await reached(message('bot@localhost', type), sessions)).toEqual(to)
    },
  )

  test.each([
    ['chat', ['b']],
    ['normal', ['b']],
    ['headline', []],
    ['error', []],
  ])('a message of type %s to a full JID that is gone goes to %p', async (type, to) => {
    const sessions = { b: await open('b', 0) }

    expect(await reached(message('bot@localhost/gone', type), sessions)).toEqual(to)
  })

  test.each(['chat', 'error'])('a message of type %s to a full JID comes there without presence', async type => {
    const sessions = { a: await open('a'), b: await open('b', 0) }

    expect(await reached(message('bot@localhost/a', type), sessions)).toEqual(['a'])
  })

  test('a held request gets the message at once', async () => {
    const bot = await ChatSession.open(kit, 'bot@localhost/a')
    const held = await bot.hold()
    await alice.tell(message('bot@localhost/a', 'chat'))

    expect(wordsOf(await held.reply)).toBe('message chat from alice@localhost/phone: Hello')
  })

  test('a held request gets all messages of one body together', async () => {
    const bot = await ChatSession.open(kit, 'bot@localhost/a')
    const held = await bot.hold()
    await alice.tell(message('bot@localhost/a', 'chat').repeat(3))

    expect(wordsOf(await held.reply).match(/Hello/g)).toHaveLength(3)
  })

  test('a message to an account without a session comes with its first presence, and says that it is late', async () => {
    await alice.tell(message('bot@localhost', 'chat'))
    const bot = await ChatSession.open(kit, 'bot@localhost/a')
    const said = await bot.say('<presence/>')

    expect(wordsOf(said)).toBe('presence from bot@localhost/a message chat from alice@localhost/phone: Hello')
    expect(typeof said !== 'string' && said.children[1]?.children.map(({ name }) => name)).toEqual(['body', 'delay'])
  })

  test('a message to an unknown account comes back as service-unavailable', async () => {
    const repeated = personality === 'ejabberd' ? ' Hello' : ''

    expect(wordsOf(await alice.say(message('ghost@localhost', 'chat')))).toBe(
      `message error from ghost@localhost: service-unavailable${repeated}`,
    )
  })

  test('an iq to a full JID comes there, and its result comes back', async () => {
    const bot = await ChatSession.open(kit, 'bot@localhost/a')
    const held = await bot.hold()
    const asks = "<iq type='get' id='q1' to='bot@localhost/a'><query xmlns='jabber:iq:version'/></iq>"
    const answer = alice.say(asks)
    const asked = await held.reply
    void bot.say("<iq type='result' id='q1' to='alice@localhost/phone'/>")

    expect(wordsOf(asked)).toBe('iq get from alice@localhost/phone')
    expect(wordsOf(await answer)).toBe('iq result from bot@localhost/a')
  })

  test('an iq to a full JID that is gone comes back as service-unavailable', async () => {
    const asks = "<iq type='get' id='q1' to='bot@localhost/gone'><query xmlns='jabber:iq:version'/></iq>"

    expect(wordsOf(await alice.say(asks))).toBe('iq error from bot@localhost/gone: service-unavailable')
  })

  test('a session sees the presence of the other sessions of its account, and that they leave', async () => {
    const a = await open('a', 0)
    const held = await a.hold()
    const b = await ChatSession.open(kit, 'bot@localhost/b')
    const own = await b.say(presence(1))
    const came = await held.reply
    const left = await a.hold()
    await b.terminate()

    expect(wordsOf(own)).toBe('presence from bot@localhost/b presence from bot@localhost/a')
    expect(wordsOf(came)).toBe('presence from bot@localhost/b')
    expect(wordsOf(await left.reply)).toBe('presence unavailable from bot@localhost/b')
  })

  test('a directed presence and a request for a subscription come to the addressee', async () => {
    const bot = await open('a', 0)
    const held = await bot.hold()
    await alice.tell("<presence to='bot@localhost/a'/><presence to='bot@localhost' type='subscribe'/>")

    expect(wordsOf(await held.reply)).toBe(
      'presence from alice@localhost/phone presence subscribe from alice@localhost',
    )
  })

  test('a session ends as a conflict when its resource is bound again', async () => {
    const first = await ChatSession.open(kit, 'bot@localhost/a')
    const held = await first.hold()
    await ChatSession.open(kit, 'bot@localhost/a')

    expect(wordsOf(await held.reply)).toBe('terminate remote-stream-error conflict text')
    expect(wordsOf(await first.say())).toBe('terminate item-not-found')
    expect(kit.sessions.filter(({ jid }) => jid === 'bot@localhost/a')).toHaveLength(1)
  })

  test('a message that a session has not taken is kept for the account when the session ends', async () => {
    const bot = await open('a', 0)
    await alice.tell(message('bot@localhost', 'chat'))
    await bot.terminate()
    const next = await ChatSession.open(kit, 'bot@localhost/b')

    expect(wordsOf(await next.say('<presence/>'))).toContain('Hello')
  })

  test('a reset forgets the messages that wait', async () => {
    await alice.tell(message('bot@localhost', 'chat'))
    kit.reset()
    const bot = await ChatSession.open(kit, 'bot@localhost/a')

    expect(wordsOf(await bot.say('<presence/>'))).toBe('presence from bot@localhost/a')
  })
})

test('ejabberd gives a message that asks for no storage back, and drops one that has expired', async () => {
  const kit = new Responder({ domain: 'localhost', accounts: ACCOUNTS, offlineStorage: true })
  const alice = await ChatSession.open(kit, 'alice@localhost/phone', 1)
  const sent = (more: string) => `<message to='bot@localhost' id='m'><body>Hello</body>${more}</message>`
  const refused = await alice.say(sent("<no-store xmlns='urn:xmpp:hints'/>"))
  await alice.tell(sent("<x xmlns='jabber:x:expire' seconds='0'/>"))
  const bot = await ChatSession.open(kit, 'bot@localhost/a')

  expect(wordsOf(refused)).toContain('service-unavailable')
  expect(wordsOf(await bot.say('<presence/>'))).toBe('presence from bot@localhost/a')
})

test('Prosody gives no messages that waited when the first presence is negative', async () => {
  const kit = new Responder({ domain: 'localhost', accounts: ACCOUNTS, personality: 'prosody' })
  const alice = await ChatSession.open(kit, 'alice@localhost/phone', 1)
  await alice.tell("<message to='bot@localhost'><body>Hello</body></message>")
  const bot = await ChatSession.open(kit, 'bot@localhost/a')
  await bot.say('<presence><priority>-1</priority></presence>')

  expect(wordsOf(await bot.say('<presence/>'))).toBe('presence from bot@localhost/a')
})

test('a message to an account without a session is refused on ejabberd without offline storage', async () => {
  const kit = new Responder({ domain: 'localhost', accounts: ACCOUNTS })
  const alice = await ChatSession.open(kit, 'alice@localhost/phone')

  expect(wordsOf(await alice.say("<message to='bot@localhost'><body>Hello</body></message>"))).toBe(
    'message error from bot@localhost: service-unavailable Hello',
  )
})
