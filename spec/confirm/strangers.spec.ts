import { MemoryConfirmStore } from '../../lib/confirm/memory-store'
import { handClock } from '../fixtures/clock'
import { BOT, bench, chat, dialogAnswer, FakeAccount, settled } from '../fixtures/confirm/people'

/* Messages that are no answers: late, copied, repeated, encrypted, of strangers and of other bots. */

const ALICE = 'alice@b.test'
const PHONE = `${ALICE}/phone`
const WAITING = { state: 'waiting' }
const DELAY = "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z' from='a.test'>Offline storage</delay>"

async function asked() {
  const scene = bench()
  const { id, view } = await scene.start(ALICE)
  return { ...scene, id, number: view.number, state: () => scene.confirmations.waiting(id) }
}

test.each([
  ['XEP-0203', DELAY],
  ['XEP-0091', "<x xmlns='jabber:x:delay' stamp='20260101T00:00:00'/>"],
])('a number that a server kept grants nothing and is asked for again (%s)', async (_, beside) => {
  const { say, number, state } = await asked()

  const [answer] = await say(PHONE, number, { beside })
  expect(answer?.text).toMatch(/^This answer came too late/)
  expect(await state()).toMatchObject(WAITING)

  await say(PHONE, number)
  expect(await state()).toMatchObject({ granted: true })
})

test('a wrong number that a server kept denies nothing', async () => {
  const { say, number, state } = await asked()

  await say(PHONE, number === '42' ? '43' : '42', { beside: DELAY })

  expect(await state()).toMatchObject(WAITING)
})

test('a code that a server kept binds nothing and is asked for again', async () => {
  const scene = bench({ code: 'alone' })
  const { id, view } = await scene.start()

  const [answer] = await scene.say(PHONE, view.code ?? '', { beside: DELAY })

  expect(answer?.text).toMatch(/^This answer came too late/)
  expect(await scene.confirmations.waiting(id)).not.toHaveProperty('jid')
})

test('a "no" that a server kept denies the request', async () => {
  const { say, state } = await asked()

  await say(PHONE, 'no', { beside: DELAY })

  expect(await state()).toMatchObject({ granted: false })
})

test('a message that a server kept is not answered when nothing waits', async () => {
  const { say, number, confirmations, id } = await asked()
  await confirmations.cancel(id)

  expect(await say(PHONE, number, { beside: DELAY })).toEqual([])
})

const carbon = (direction: string, number: string) =>
  `<message xmlns='jabber:client' from='${BOT}' to='${BOT}/r' type='chat'>` +
  `<${direction} xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'>${chat(PHONE, number)}</forwarded></${direction}></message>`

test.each([
  ['a carbon of a received message', (number: string) => carbon('received', number)],
  ['a carbon of a sent message', (number: string) => carbon('sent', number)],
  [
    'a carbon in the name of the account',
    (number: string) => carbon('received', number).replace(`from='${BOT}'`, `from='${PHONE}'`),
  ],
  [
    'a text beside a carbon',
    (number: string) => chat(PHONE, number, { beside: "<received xmlns='urn:xmpp:carbons:2'/>" }),
  ],
  [
    'a text beside a forwarded message',
    (number: string) => chat(PHONE, number, { beside: "<forwarded xmlns='urn:xmpp:forward:0'/>" }),
  ],
  ['a text of an archive', (number: string) => chat(PHONE, number, { beside: "<result xmlns='urn:xmpp:mam:2'/>" })],
  [
    'a private message of a room',
    (number: string) => chat(PHONE, number, { beside: "<x xmlns='http://jabber.org/protocol/muc#user'/>" }),
  ],
  ['a message of a room', (number: string) => chat(PHONE, number, { type: 'groupchat' })],
  ['a headline', (number: string) => chat(PHONE, number, { type: 'headline' })],
  ['a type of the sender', (number: string) => chat(PHONE, number, { type: 'grant' })],
  [
    'a text of two languages',
    (number: string) => chat(PHONE, number, { beside: `<body xml:lang='de'>${number}</body>` }),
  ],
  [
    'a text with an element inside',
    (number: string) => chat(PHONE, number).replace('</body>', "<b xmlns='x'/></body>"),
  ],
  [
    'an XHTML text',
    (number: string) =>
      chat(PHONE, 'x').replace(
        '<body>x</body>',
        `<html xmlns='http://jabber.org/protocol/xhtml-im'><body xmlns='http://www.w3.org/1999/xhtml'>${number}</body></html>`,
      ),
  ],
  ['an iq', (number: string) => chat(PHONE, number).replace(/\bmessage\b/g, 'iq')],
  ['a message of another namespace', (number: string) => chat(PHONE, number).replace('jabber:client', 'urn:x')],
])('a right number changes nothing when it comes in %s', async (_, xml) => {
  const { hear, number, state } = await asked()

  await hear(xml(number))

  expect(await state()).toMatchObject(WAITING)
})

test('a message is worked on once when a server gives it twice', async () => {
  const { hear, state } = await asked()
  const twice = chat(PHONE, 'hello')

  expect(await hear(twice)).toHaveLength(1)
  expect(await hear(twice)).toEqual([])
  expect(await state()).toMatchObject(WAITING)
})

test('two dialogs of one client are two answers when its messages have no id', async () => {
  const { start, hear, account, confirmations } = bench({ dialog: true })
  const answers: unknown[] = []
  for (let n = 0; n < 2; n++) {
    const { id } = await start(ALICE)
    const dialog = account.told.filter(told => told.dialog !== undefined)[n]?.dialog ?? { id: '', url: '' }
    await hear(dialogAnswer(PHONE, dialog).replace(/ id='d[0-9]+'/, ''))
    answers.push((await confirmations.take(id))?.state)
  }

  expect(answers).toEqual(['granted', 'granted'])
})

test('a wrong code is counted once when a server gives it twice', async () => {
  const { say } = bench()
  for (let n = 0; n < 8; n++) await say(PHONE, 'AAAA-0000', { id: 'one' })

  expect(await say(PHONE, 'AAAA-0001')).toHaveLength(1)
})

test('one process answers when two of one account and one store hear the same message', async () => {
  const clock = handClock()
  const store = new MemoryConfirmStore({}, { clock })
  const [one, two] = [bench({ store }, { clock }), bench({ store }, { clock, account: new FakeAccount() })]
  const { id, view } = await one.start(ALICE)
  const answer = chat(PHONE, view.number)

  two.account.hears(answer)
  one.account.hears(answer)
  await settled()

  expect([...one.account.told, ...two.account.told].filter(({ text }) => text.startsWith('Confirmed'))).toHaveLength(1)
  expect(await one.confirmations.waiting(id)).toMatchObject({ granted: true })
  expect(await two.confirmations.take(id)).toMatchObject({ state: 'granted' })
  expect(await one.confirmations.take(id)).toBeUndefined()
})

test.each([
  ['OMEMO with a hint', "<encryption xmlns='urn:xmpp:eme:0' namespace='eu.siacs.conversations.axolotl'/>"],
  ['OMEMO', "<encrypted xmlns='eu.siacs.conversations.axolotl'/>"],
  ['a newer OMEMO', "<encrypted xmlns='urn:xmpp:omemo:2'/>"],
  ['OpenPGP', "<x xmlns='jabber:x:encrypted'/>"],
])('a message with %s is answered by a note and its text does not count', async (_, beside) => {
  const { say, number, state } = await asked()

  const [answer] = await say(PHONE, number, { beside })

  expect(answer?.text).toMatch(/cannot read encrypted messages/)
  expect(await state()).toMatchObject(WAITING)
  expect(await say(PHONE, number, { beside })).toEqual([])
})

test('an account for which nothing waits hears of encryption once an hour', async () => {
  const { say, clock } = bench({ allow: 'b.test' })
  const beside = "<encrypted xmlns='eu.siacs.conversations.axolotl'/>"

  expect(await say(PHONE, 'I sent you an OMEMO message', { beside })).toHaveLength(1)
  clock.advance(3_599_999)
  expect(await say(PHONE, 'I sent you an OMEMO message', { beside })).toEqual([])
  clock.advance(1)
  expect(await say(PHONE, 'I sent you an OMEMO message', { beside })).toHaveLength(1)
  expect(await say('bob@other.test/x', 'I sent you an OMEMO message', { beside })).toEqual([])
})

test.each(['hello', '42', 'no', '1 2 3', 'yes', 'x'.repeat(5_000)])(
  'a stranger that writes %.10s gets no answer and leaves nothing in the store',
  async text => {
    const clock = handClock()
    const marked: string[] = []
    const store = new MemoryConfirmStore({}, { clock })
    const mark = store.mark.bind(store)
    store.mark = (key, ms) => {
      marked.push(key)
      return mark(key, ms)
    }
    const { say } = bench({ store }, { clock })

    expect(await say('stranger@evil.test/x', text)).toEqual([])

    expect(marked).toEqual([])
    expect(clock.waiting).toEqual([])
  },
)

test('another text is answered by help once a minute while a request waits', async () => {
  const { say, clock, state } = await asked()

  const [help] = await say(PHONE, 'hello?')
  expect(help?.text).toMatch(/answer with the number that your browser shows/)
  expect(await say(PHONE, 'anyone there?')).toEqual([])
  clock.advance(60_000)
  expect(await say(PHONE, 'anyone there now?')).toHaveLength(1)
  expect(await state()).toMatchObject(WAITING)
})

test('another text is answered by help until five minutes after the end of a request', async () => {
  const { say, clock } = await asked()

  clock.advance(180_000 + 299_999)
  expect(await say(PHONE, 'hello?')).toHaveLength(1)
  clock.advance(60_000)
  expect(await say(PHONE, 'hello again?')).toEqual([])
})

test('another bot that answers each text gets few texts in an hour', async () => {
  const { account, clock, say, start } = bench()
  await start(ALICE)
  let answered = 0
  for (let second = 0; second < 3_600; second++) {
    clock.advance(1_000)
    if (account.told.length === answered) continue
    answered = account.told.length
    await say(PHONE, 'Sorry, I am a bot')
  }

  // Its first text meets the question, and each help begins another round, at most once a minute.
  expect(account.told.length).toBeLessThan(12)
})

test('another bot that answers each text by STOP is told once', async () => {
  const { account, clock, say, start } = bench()
  await start(ALICE)
  let answered = 0
  for (let second = 0; second < 600; second++) {
    clock.advance(1_000)
    if (account.told.length === answered) continue
    answered = account.told.length
    await say(PHONE, 'STOP')
  }

  expect(account.told.filter(({ text }) => text.startsWith('Stopped'))).toHaveLength(1)
})

test('an error is never answered', async () => {
  const { hear, state } = await asked()
  for (const text of ['STOP', 'no', '42', 'hello']) {
    expect(await hear(chat(PHONE, text, { type: 'error' }))).toEqual([])
  }

  expect(await state()).toMatchObject(WAITING)
})

test.each([
  ["<displayed xmlns='urn:xmpp:chat-markers:0' id='q'/>"],
  ["<received xmlns='urn:xmpp:receipts' id='q'/>"],
  ["<composing xmlns='http://jabber.org/protocol/chatstates'/>"],
])('a message without a text is not answered: %s', async beside => {
  const { hear, state } = await asked()

  expect(await hear(chat(PHONE, 'x', { beside }).replace('<body>x</body>', ''))).toEqual([])

  expect(await state()).toMatchObject(WAITING)
})

test('a flood of one sender is dropped beyond 16 messages at a time, and others are heard', async () => {
  const { account, confirmations, id, number } = await asked()
  const bob = await confirmations.start({ jid: 'bob@b.test' })
  for (let n = 0; n < 1_000; n++) account.hears(chat(PHONE, 'hello'))
  account.hears(chat('bob@b.test/x', bob.view.number))
  account.hears(chat(PHONE, number))
  await settled()

  expect(await confirmations.waiting(bob.id)).toMatchObject({ granted: true })
  expect(await confirmations.waiting(id)).toMatchObject(WAITING)
})

test.each([
  ['of the own domain', 'alice@a.test'],
  ['of another domain', ALICE],
])('an answer %s counts when 1,000 messages of strangers of one domain come before it', async (_, jid) => {
  const { account, confirmations } = bench()
  const { id, view } = await confirmations.start({ jid })
  for (let n = 0; n < 1_000; n++) account.hears(chat(`m${n}@evil.test/x`, 'hello'))
  account.hears(chat(`${jid}/phone`, view.number))
  await settled()

  expect(await confirmations.waiting(id)).toMatchObject({ granted: true })
})

test('an answer of the own domain counts when 1,000 messages of strangers of many domains come before it', async () => {
  const { account, confirmations } = bench()
  const { id, view } = await confirmations.start({ jid: 'alice@a.test' })
  for (let n = 0; n < 1_000; n++) account.hears(chat(`m@evil${n}.test/x`, 'hello'))
  account.hears(chat('alice@a.test/phone', view.number))
  await settled()

  expect(await confirmations.waiting(id)).toMatchObject({ granted: true })
})

test.each([
  ['one domain are worked on 100 at a time', (n: number) => `m${n}@evil.test/x`, 100],
  ['all domains are worked on 1,000 at a time', (n: number) => `m@evil${n}.test/x`, 1_000],
])('messages of strangers of %s, and as many again afterwards', async (_, sender, most) => {
  const { account } = bench()
  const hear = async () => {
    const before = account.told.length
    for (let n = 0; n < 1_200; n++) account.hears(chat(sender(n), 'AAAA-0000'))
    await settled()
    return account.told.length - before
  }

  expect([await hear(), await hear()]).toEqual([most, most])
})
