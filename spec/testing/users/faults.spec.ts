import { Responder } from '../../../lib/testing/responder'
import type { PersonalityName, StandingFault, StandingReply } from '../../../lib/testing/server'
import { ChatSession, turns, wordsOf } from './chat-session'

/*
 * Faults of a session that stands happen to the session, not to a step of the protocol.
 */

const JID = 'alice@elsewhere.test'

let kit: Responder
let bot: ChatSession
async function start(personality: PersonalityName = 'ejabberd'): Promise<void> {
  kit = new Responder({ domain: 'localhost', accounts: { bot: 'bot', other: 'other' }, personality })
  kit.users.add(JID)
  bot = await ChatSession.open(kit, 'bot@localhost/web')
  await bot.say('<presence/>')
}
beforeEach(() => start())
afterEach(() => kit.reset())

const standing = (reply: StandingReply, more: Partial<StandingFault> = {}) =>
  kit.fault({ on: 'standing', reply, ...more })

const ENDS = [
  ['conflict', 'terminate remote-stream-error conflict text'],
  ['system-shutdown', 'terminate remote-stream-error system-shutdown'],
  ['item-not-found', 'terminate item-not-found'],
] as const

test.each(ENDS)('a session that stands ends at once by the fault %s', async (reply, words) => {
  const held = await bot.hold()
  standing(reply)

  expect(wordsOf(await held.reply)).toBe(words)
  expect(kit.sessions).toEqual([])
  expect(wordsOf(await bot.say())).toBe('terminate item-not-found')
})

test.each(ENDS)('the next session that stands ends by the fault %s, and only one', async (reply, words) => {
  standing(reply)
  const held = await bot.hold()
  const next = await ChatSession.open(kit, 'bot@localhost/web')
  await next.hold()

  expect(wordsOf(await held.reply)).toBe(words)
  expect(kit.sessions).toHaveLength(1)
})

test('a fault happens as often as it says', async () => {
  standing('conflict', { times: 2 })
  await bot.hold()
  const second = await ChatSession.open(kit, 'bot@localhost/web')
  await second.hold()
  const third = await ChatSession.open(kit, 'bot@localhost/web')
  await third.hold()

  expect(kit.sessions).toHaveLength(1)
})

test('a fault of an account spares the sessions of others', async () => {
  const other = await ChatSession.open(kit, 'other@localhost/web')
  await other.hold()
  standing('conflict', { account: 'bot' })
  expect(kit.sessions).toHaveLength(2)
  await bot.hold()

  expect(kit.sessions.map(({ username }) => username)).toEqual(['other'])
})

test('a reset ends the connection of the held request, and the same request is held again', async () => {
  const held = await bot.hold()
  standing('reset')
  expect(await held.reply).toBe('reset')
  const again = bot.say('', { rid: bot.rid })
  kit.users.send(JID, 'Hello', { to: 'bot@localhost' })

  expect(wordsOf(await again)).toBe(`message chat from ${JID}/phone: Hello`)
})

test('a reset loses nothing when the client goes on with the next request', async () => {
  await bot.hold()
  standing('reset')
  kit.users.send(JID, 'Hello', { to: 'bot@localhost' })
  await turns()

  expect(await bot.take()).toBe(`message chat from ${JID}/phone: Hello`)
})

test.each<PersonalityName>(['ejabberd', 'prosody'])('a parked request on %s waits for a stanza', async personality => {
  await start(personality)
  const held = await bot.hold()
  standing('park')
  await bot.tell(`<message to='${JID}' type='chat'><body>parked</body></message>`)
  expect(kit.users.told(JID)).toEqual([])
  kit.users.send(JID, 'Hello', { to: 'bot@localhost' })
  await turns()

  expect(wordsOf(await held.reply)).toBe(`message chat from ${JID}/phone: Hello`)
  expect(kit.users.told(JID)).toEqual(['parked'])
})

test('a parked request that is sent again ends the session', async () => {
  const held = await bot.hold()
  standing('park')
  const parked = bot.say("<message to='nobody@localhost'/>")
  const again = bot.say('', { rid: bot.rid })

  expect(wordsOf(await held.reply)).toBe('')
  expect(wordsOf(await parked)).toBe('terminate other-request')
  expect(wordsOf(await again)).toBe('terminate internal-server-error')
})

test('an answer is lost, and the one after it comes', async () => {
  standing('lose-next')
  kit.users.send(JID, 'one', { to: 'bot@localhost' })
  kit.users.send(JID, 'two', { to: 'bot@localhost' })
  await turns()

  expect(await bot.take()).toBe(`message chat from ${JID}/phone: two`)
})

test('an answer is given twice, with the same id', async () => {
  standing('give-twice')
  kit.users.send(JID, 'one', { to: 'bot@localhost' })
  await turns()
  const text = await bot.text()

  expect(text.match(/<body>one<\/body>/g)).toHaveLength(2)
  expect(new Set(text.match(/ id='[^']*'/g)).size).toBe(1)
})

test('a login and a session that holds no request are spared', async () => {
  standing('conflict')
  const held = await ChatSession.open(kit, 'other@localhost/web')

  expect(kit.sessions).toHaveLength(2)
  expect(wordsOf(await held.terminate())).toBe('terminate')
})

test('a reset of the kit forgets the faults', async () => {
  standing('conflict')
  kit.reset()
  bot = await ChatSession.open(kit, 'bot@localhost/web')
  await bot.hold()

  expect(kit.sessions).toHaveLength(1)
})

test.each([
  [{ on: 'standing', reply: 'hang' }, 'fault `reply` is unknown'],
  [{ on: 'standing', reply: { terminate: 'x' } }, 'fault `reply` is unknown'],
  [{ on: 'auth', reply: 'park' }, 'fault `reply` is unknown'],
  [{ on: 'standing', reply: 'park', times: 0 }, 'fault `times` must'],
  [{ on: 'stands', reply: 'park' }, 'fault `on` must be one of'],
])('the kit refuses the fault %j', (fault, message) => {
  expect(() => kit.fault(fault as StandingFault)).toThrow(new RegExp(`^${message}`))
})
