import { Responder } from '../../../lib/testing/responder'
import type { ClientName } from '../../../lib/testing/server'
import { ChatSession, turns, wordsOf } from './chat-session'

/*
 * The users that the test kit plays answer as the real clients do: the expected stanzas are those that ejabberd delivered
 * for Gajim 1.7.3, Psi+ 1.4.554 and Poezio 0.14, with the addresses of this spec and without ids of their own.
 */

const JID = 'alice@elsewhere.test'
const CONFIRM = "xmlns='http://jabber.org/protocol/http-auth'"
const GAJIM_TEXT =
  'The sender must provide proper credentials before being allowed to perform the action, or has provided improper credentials.'
const CONDITIONS = "xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'"
const QUESTION =
  `<message to='${JID}' id='q1'><thread>t1</thread><body>Is it you?</body>` +
  `<confirm ${CONFIRM} id='97' method='GET' url='https://app.example/login'/></message>`
const TEXT_QUESTION =
  `<message to='${JID}' type='chat' id='q2'><thread>t2</thread><body>Which number?</body>` +
  "<x xmlns='jabber:x:expire' seconds='180'/></message>"

let kit: Responder
let bot: ChatSession
beforeEach(async () => {
  kit = new Responder({ domain: 'localhost', accounts: { bot: 'bot' } })
  bot = await ChatSession.open(kit, 'bot@localhost/web')
  await bot.say('<presence/>')
})
afterEach(() => kit.reset())

/** Asks a user with this client, lets it act, and returns what the bot gets, as text without random ids. */
async function answered(client: ClientName, question: string, act: () => void): Promise<string> {
  kit.users.add(JID, { client })
  await bot.tell(question)
  act()
  await turns()
  return (await bot.text()).replaceAll(/ id='(?!97'|q\d')[^']*'/g, " id='*'")
}

const GRANTS: Readonly<Record<Exclude<ClientName, 'text'>, string>> = {
  gajim:
    `<message xmlns='jabber:client' from='${JID}/gajim' to='bot@localhost/web' id='*'>` +
    `<confirm xmlns='http://jabber.org/protocol/http-auth' id='97' method='GET' url='https://app.example/login'/>` +
    '<body>result</body><thread>t1</thread></message>',
  psi:
    `<message xmlns='jabber:client' from='${JID}/psi' to='bot@localhost/web' id='*'>` +
    `<confirm xmlns='http://jabber.org/protocol/http-auth' method='GET' id='97' url='https://app.example/login'/>` +
    '<thread>t1</thread></message>',
  poezio:
    `<message xmlns='jabber:client' from='${JID}/poezio' to='bot@localhost/web' id='*'>` +
    `<confirm xmlns='http://jabber.org/protocol/http-auth' id='97' method='GET' url='https://app.example/login'/>` +
    '<thread>t1</thread></message>',
  movim:
    `<message xmlns='jabber:client' from='${JID}/movim' to='bot@localhost/web' id='*'>` +
    `<confirm xmlns='http://jabber.org/protocol/http-auth' id='97' method='GET' url='https://app.example/login'/></message>`,
}

test.each(Object.entries(GRANTS) as [ClientName, string][])(
  '%s accepts a dialog in its own words',
  async (client, grant) => {
    expect(await answered(client, QUESTION, () => kit.users.confirm(JID))).toBe(grant)
  },
)

const REFUSALS: Readonly<Record<Exclude<ClientName, 'text'>, string>> = {
  gajim:
    `<message xmlns='jabber:client' from='${JID}/gajim' to='bot@localhost/web' type='error' id='q1'>` +
    `<confirm xmlns='http://jabber.org/protocol/http-auth' id='97' method='GET' url='https://app.example/login'/>` +
    `<error type='auth' code='401'><not-authorized ${CONDITIONS}/><text ${CONDITIONS}>${GAJIM_TEXT}</text></error>` +
    '<body>Is it you?</body><thread>t1</thread></message>',
  psi:
    `<message xmlns='jabber:client' from='${JID}/psi' to='bot@localhost/web' type='error' id='*'>` +
    `<error code='401' type='auth'>\n<not-authorized ${CONDITIONS}/>\n</error>` +
    `<confirm xmlns='http://jabber.org/protocol/http-auth' method='GET' id='97' url='https://app.example/login'/>` +
    '<thread>t1</thread></message>',
  poezio:
    `<message xmlns='jabber:client' from='${JID}/poezio' to='bot@localhost/web' type='error' id='*'>` +
    `<error type='auth' code='401'><not-authorized ${CONDITIONS}/></error>` +
    `<confirm xmlns='http://jabber.org/protocol/http-auth' id='97' method='GET' url='https://app.example/login'/>` +
    '<thread>t1</thread></message>',
  movim: '',
}

test.each(Object.entries(REFUSALS) as [ClientName, string][])(
  '%s refuses a dialog in its own words',
  async (client, refusal) => {
    expect(await answered(client, QUESTION, () => kit.users.deny(JID))).toBe(refusal)
  },
)

const IQ =
  `<iq to='${JID}/CLIENT' type='get' id='q1'>` +
  `<confirm ${CONFIRM} id='97' method='GET' url='https://app.example/login'/></iq>`

test.each<[ClientName, string]>([
  ['gajim', "<confirm xmlns='http://jabber.org/protocol/http-auth'/>"],
  [
    'psi',
    "<confirm xmlns='http://jabber.org/protocol/http-auth' method='GET' id='97' url='https://app.example/login'/>",
  ],
  [
    'poezio',
    "<confirm xmlns='http://jabber.org/protocol/http-auth' id='97' method='GET' url='https://app.example/login'/>",
  ],
])('%s accepts a dialog that came by iq', async (client, confirm) => {
  const said = await answered(client, IQ.replace('CLIENT', client), () => kit.users.confirm(JID))

  expect(said).toContain(`type='result' id='q1'>${confirm}</iq>`)
})

test.each<[ClientName, string]>([
  ['gajim', `></error></iq>`],
  ['psi', '\n</error></iq>'],
  ['poezio', "url='https://app.example/login'/></iq>"],
])('%s refuses a dialog that came by iq', async (client, end) => {
  const said = await answered(client, IQ.replace('CLIENT', client), () => kit.users.deny(JID))

  expect(said).toContain("type='error' id='q1'>")
  expect(said.endsWith(end.replace('>', '')) || said.endsWith(end)).toBe(true)
})

test('a client without dialogs refuses an iq with a dialog, and every client an iq without one', async () => {
  const ask = IQ.replace('CLIENT', 'phone')

  expect(await answered('text', ask, () => {})).toContain('<service-unavailable')
  expect(
    await answered('gajim', ask.replace('phone', 'gajim').replace(/<confirm.*\/>/, '<ping/>'), () => {}),
  ).toContain('<service-unavailable')
})

test('Gajim marks a chat message as displayed and answers it at the bare JID', async () => {
  const said = await answered('gajim', TEXT_QUESTION, () => kit.users.reply(JID, '42'))

  expect(said).toBe(
    `<message xmlns='jabber:client' from='${JID}/gajim' to='bot@localhost' type='chat' id='*'>` +
      "<origin-id xmlns='urn:xmpp:sid:0' id='*'/><displayed xmlns='urn:xmpp:chat-markers:0' id='q2'/></message>" +
      `<message xmlns='jabber:client' from='${JID}/gajim' to='bot@localhost' type='chat' id='*'>` +
      "<origin-id xmlns='urn:xmpp:sid:0' id='*'/><request xmlns='urn:xmpp:receipts'/>" +
      "<markable xmlns='urn:xmpp:chat-markers:0'/><body>42</body></message>",
  )
})

test('a client of plain text answers at the full JID when the test says so', async () => {
  expect(await answered('text', TEXT_QUESTION, () => kit.users.reply(JID, '42', { to: 'full' }))).toBe(
    `<message xmlns='jabber:client' from='${JID}/phone' to='bot@localhost/web' type='chat' id='*'><body>42</body></message>`,
  )
})

test('a user refuses a question without a dialog by the word no', async () => {
  expect(await answered('gajim', TEXT_QUESTION, () => kit.users.deny(JID))).toContain('<body>no</body>')
})

test('the kit tells what a user was asked, each question once, and every text', async () => {
  kit.users.add(JID, { client: 'gajim' })
  const first = kit.users.asked(JID)
  await bot.tell(QUESTION)
  await bot.tell(TEXT_QUESTION)
  await bot.tell(`<message to='${JID}' type='chat'><body>You are signed in.</body></message>`)

  expect(await first).toEqual({
    text: 'Is it you?',
    number: '97',
    url: 'https://app.example/login',
    from: 'bot@localhost/web',
  })
  expect(await kit.users.asked(JID)).toEqual({
    text: 'Which number?',
    number: undefined,
    url: undefined,
    from: 'bot@localhost/web',
  })
  expect(kit.users.told(JID)).toEqual(['Is it you?', 'Which number?', 'You are signed in.'])
})

test('a user says nothing until it is told to', async () => {
  expect(await answered('gajim', QUESTION, () => {})).toBe('')
})

test('a user answers the next question when it is told before, and only that one', async () => {
  kit.users.add(JID, { client: 'poezio' })
  kit.users.confirm(JID)
  await bot.tell(TEXT_QUESTION)
  await bot.tell(QUESTION)
  expect(await bot.take()).toContain(`message from ${JID}/poezio`)
  await bot.tell(QUESTION)

  expect(await bot.take()).toBe('')
})

test('a user writes first to the given address, and then to the one that wrote last', async () => {
  kit.users.add(JID)
  expect(() => kit.users.send(JID, 'K7QF-92TD')).toThrow('option `to` is required')
  kit.users.send(JID, 'K7QF-92TD', { to: 'bot@localhost' })
  await turns()
  expect(await bot.take()).toBe(`message chat from ${JID}/phone: K7QF-92TD`)
  await bot.tell(`<message to='${JID}' type='chat'><body>Hello</body></message>`)
  kit.users.send(JID, 'STOP')
  await turns()

  expect(await bot.take()).toBe(`message chat from ${JID}/phone: STOP`)
})

test.each([
  ['policy-violation', 'modify'],
  ['remote-server-timeout', 'wait'],
  ['service-unavailable', 'cancel'],
])('messages to a user bounce with %s of type %s until it is silent', async (condition, type) => {
  kit.users.add(JID)
  kit.users.bounce(JID, condition)
  await bot.tell(QUESTION)
  const bounce = await bot.text()
  kit.users.silent(JID)
  await bot.tell(QUESTION)

  expect(bounce).toContain(`from='${JID}' to='bot@localhost/web' type='error' id='q1'`)
  expect(bounce).toContain(`<error type='${type}'><${condition}`)
  expect(await bot.take()).toBe('')
  expect(kit.users.told(JID)).toEqual(['Is it you?'])
})

test('a user of the own domain gets what its own sessions get', async () => {
  kit.accounts.add('carol', 'carol')
  kit.users.add('carol@localhost', { client: 'psi' })
  const carol = await ChatSession.open(kit, 'carol@localhost/laptop')
  const seen = wordsOf(await carol.say('<presence/>'))
  await bot.tell("<message to='carol@localhost' type='chat'><body>Hello</body></message>")

  expect(seen).toBe('presence from carol@localhost/laptop presence from carol@localhost/psi')
  expect(kit.users.told('carol@localhost')).toEqual(['Hello'])
  expect(await carol.take()).toContain('Hello')
})

test.each([
  ['an address of a domain without users', 'alice@nowhere.test', 'remote-server-not-found'],
  ['an unknown address of a domain with users', 'ghost@elsewhere.test', 'service-unavailable'],
])('a message to %s comes back', async (_, to, condition) => {
  kit.users.add(JID)

  expect(wordsOf(await bot.say(`<message to='${to}' type='chat'><body>Hello</body></message>`))).toContain(condition)
})

test('a user who is removed gets nothing more', async () => {
  kit.users.add(JID)
  kit.users.add('bob@elsewhere.test')
  kit.users.remove(JID)

  expect(wordsOf(await bot.say(QUESTION))).toContain('service-unavailable')
  expect(() => kit.users.told(JID)).toThrow('no such user')
})

test('a reset removes the users', () => {
  kit.users.add(JID)
  kit.reset()

  expect(() => kit.users.told(JID)).toThrow('no such user')
})

test.each<[string, () => unknown, string]>([
  ['has a resource', () => kit.users.add(`${JID}/phone`), 'bare JID'],
  ['has no name', () => kit.users.add('elsewhere.test'), 'bare JID'],
  [
    'has an unknown client',
    () => kit.users.add(JID, { client: 'icq' as ClientName }),
    '`client` must be one of gajim,',
  ],
  ['has an unknown option', () => kit.users.add(JID, { clients: 'psi' } as never), 'clients'],
])('the kit refuses a user that %s', (_, add, message) => {
  expect(add).toThrow(TypeError)
  expect(add).toThrow(message)
})

test('the kit refuses an order that the user cannot follow', () => {
  kit.users.add(JID, { client: 'text' })

  expect(() => kit.users.confirm(JID)).toThrow('shows no dialogs')
  expect(() => kit.users.bounce(JID, 'Not a condition')).toThrow('`condition`')
  expect(() => kit.users.deny('bob@elsewhere.test')).toThrow('no such user')
})
