import { bench, chat, settled } from '../fixtures/confirm/people'

/* Numbers and refusals by text. */

const ALICE = 'alice@b.test'
const PHONE = `${ALICE}/phone`
const DENIED = { state: 'decided', granted: false }
const WAITING = { state: 'waiting' }

const other = (number: string) => (number === '42' ? '43' : '42')

test.each([
  ['alone', (number: string) => number],
  ['in a sentence', (number: string) => `the number is ${number}.`],
  ['between spaces and line ends', (number: string) => ` \n${number}\n `],
  [
    'in full-width digits',
    (number: string) => number.replace(/./g, digit => String.fromCodePoint(0xff10 + Number(digit))),
  ],
  [
    'below a quote of the question',
    (number: string) => `> Sign in to app.example?\n> Asked from: Firefox on Linux, 203.0.113.7\n${number}`,
  ],
])('an answer grants its request when the number stands %s', async (_, text) => {
  const { start, say, confirmations } = bench()
  const { id, view } = await start(ALICE)

  const [answer] = await say(PHONE, text(view.number))

  expect(await confirmations.waiting(id)).toMatchObject({ state: 'decided', granted: true, way: 'number', jid: ALICE })
  expect(answer).toMatchObject({ to: ALICE, text: 'Confirmed. Your browser continues at app.example.' })
})

test.each([
  ['another resource', `${ALICE}/laptop-7`],
  ['no resource', ALICE],
  ['another spelling of the JID', 'ALICE@B.Test/x'],
  ['a full-width spelling of the name', '\uff21lice@b.test/x'],
])('an answer grants its request when the account sends it from %s', async (_, from) => {
  const { start, say, confirmations } = bench()
  const { id, view } = await start(ALICE)

  await say(from, view.number)

  expect(await confirmations.waiting(id)).toMatchObject({ granted: true, jid: ALICE })
})

test.each([
  ['another account', 'mallory@b.test/phone'],
  ['the same name at another domain', 'alice@evil.test/phone'],
  ['a subdomain', 'alice@x.b.test/phone'],
  ['a name that holds the JID', 'alice\\40b.test@evil.test/phone'],
  ['a resource that holds the JID', 'mallory@evil.test/alice@b.test'],
  ['the resource of the asked client', 'mallory@evil.test/phone'],
  ['a letter that looks the same', '\u0430lice@b.test/phone'],
  ['a dotless i', 'al\u0131ce@b.test/phone'],
  ['the domain alone', 'b.test'],
  ['the service account itself', 'login@a.test/other'],
  ['a room with the name as nickname', 'room@muc.b.test/alice@b.test'],
])('a right number changes nothing when %s sends it', async (_, from) => {
  const { start, say, confirmations } = bench()
  const { id, view } = await start(ALICE)

  expect(await say(from, view.number)).toEqual([])

  expect(await confirmations.waiting(id)).toMatchObject(WAITING)
})

test('a right number changes nothing when the message has no sender', async () => {
  const { start, hear, confirmations } = bench()
  const { id, view } = await start(ALICE)

  await hear(chat(PHONE, view.number).replace(/ from='[^']*'/, ''))
  await hear(chat('', view.number))

  expect(await confirmations.waiting(id)).toMatchObject(WAITING)
})

test.each([
  ['two numbers', (number: string) => `${number} ${number}`],
  ['the number and another one', (number: string) => `${number} or 11`],
  ['a longer number', (number: string) => `${number}${number}${number}`],
  ['a number inside a word', (number: string) => `a${number}b`],
  ['the number in a quote alone', (number: string) => `> ${number}`],
  ['another word', () => 'yes'],
  ['a long text with the number', (number: string) => `${'x '.repeat(600)}${number}`],
])('a request waits on when the text has %s', async (_, text) => {
  const { start, say, confirmations } = bench()
  const { id, view } = await start(ALICE)

  await say(PHONE, text(view.number))

  expect(await confirmations.waiting(id)).toMatchObject(WAITING)
})

test.each([
  ['a wrong number', (number: string) => other(number)],
  ['a wrong number in a sentence', (number: string) => `it says ${other(number)}`],
  ['one digit', () => '7'],
  ['three digits', () => '142'],
  ['the number with a zero before it', (number: string) => `0${number}`],
])('a request is denied when its account answers %s', async (_, text) => {
  const { start, say, confirmations } = bench()
  const { id, view } = await start(ALICE)

  const [answer] = await say(PHONE, text(view.number))

  expect(await confirmations.waiting(id)).toMatchObject(DENIED)
  expect(answer?.text).toMatch(/^Wrong number/)
})

test.each(['no', 'No.', 'NEIN', 'nein!', ' nö ', 'Das war ich nicht', 'not me', 'cancel'])(
  'a request is denied when its account answers %j',
  async text => {
    const { start, say, confirmations } = bench()
    const { id } = await start(ALICE)

    const [answer] = await say(PHONE, text)

    expect(await confirmations.waiting(id)).toMatchObject(DENIED)
    expect(answer?.text).toBe('Refused: your account was not signed in to app.example.')
  },
)

test('all requests of a JID are denied when it answers one wrong number', async () => {
  const { start, say, confirmations } = bench()
  const requests = [await start(ALICE), await start(ALICE), await start(ALICE)]
  const numbers = requests.map(({ view }) => view.number)
  const wrong = ['10', '11', '12', '13'].find(number => !numbers.includes(number)) ?? ''

  await say(PHONE, wrong)

  for (const { id } of requests) expect(await confirmations.waiting(id)).toMatchObject(DENIED)
})

test('a right number counts no longer when a wrong one came before it', async () => {
  const { start, say, confirmations } = bench()
  const { id, view } = await start(ALICE)

  await say(PHONE, other(view.number))
  await say(PHONE, view.number)

  expect(await confirmations.waiting(id)).toMatchObject(DENIED)
})

test('a right number counts no longer when a wrong one arrived together with it', async () => {
  const { start, account, confirmations } = bench()
  const { id, view } = await start(ALICE)

  account.hears(chat(PHONE, other(view.number)))
  account.hears(chat(`${ALICE}/laptop`, view.number))
  await settled()

  expect(await confirmations.waiting(id)).toMatchObject(DENIED)
})

test('an answer grants only the request of its number when two browsers wait for one JID', async () => {
  const { start, say, confirmations } = bench()
  const attacker = await start(ALICE)
  const owner = await start(ALICE)

  await say(PHONE, owner.view.number)

  expect(await confirmations.waiting(owner.id)).toMatchObject({ granted: true })
  expect(await confirmations.waiting(attacker.id)).toMatchObject(WAITING)
  expect(attacker.view.number).not.toBe(owner.view.number)
})

test('an answer that a server gives again to another resource leaves the other requests of its JID', async () => {
  const { start, say, confirmations } = bench()
  const [first, second] = [await start(ALICE), await start(ALICE)]

  await say(PHONE, first.view.number)
  await say(`${ALICE}/laptop`, first.view.number)

  expect(await confirmations.waiting(first.id)).toMatchObject({ granted: true })
  expect(await confirmations.waiting(second.id)).toMatchObject(WAITING)
})

test('a second answer grants the second request when two browsers of one person wait', async () => {
  const { start, say, confirmations } = bench()
  const requests = [await start(ALICE), await start(ALICE)]

  for (const { view } of requests) await say(PHONE, view.number)

  for (const { id } of requests) expect(await confirmations.waiting(id)).toMatchObject({ granted: true })
})

test('an answer is told that it came too late when its request is over', async () => {
  const { start, say, confirmations, clock } = bench()
  const { id, view } = await start(ALICE)
  clock.advance(180_000)

  const [answer] = await say(PHONE, view.number)

  expect(answer?.text).toMatch(/^This answer came too late/)
  expect(await confirmations.waiting(id)).toBeUndefined()
})

test('an answer grants its request when it arrives in the last millisecond', async () => {
  const { start, say, confirmations, clock } = bench()
  const { id, view } = await start(ALICE)
  clock.advance(179_999)

  await say(PHONE, view.number)

  expect(await confirmations.waiting(id)).toMatchObject({ granted: true })
})

test('a number that stands in the place is not the number of the request', async () => {
  const scene = bench({ allow: '*' })
  const place = Array.from({ length: 26 }, (_, n) => String(10 + n)).join(' ')
  const taken = new Set(place.split(' '))

  for (let n = 0; n < 60; n++) {
    const { id, view } = await scene.start(`person${n}@b${n}.test`, { place })
    expect(taken.has(view.number)).toBe(false)
    await scene.confirmations.cancel(id)
  }
})

test('numbers are drawn from 10 to 99, and differ for one JID', async () => {
  const { start, confirmations } = bench({ asks: { perJid: 100, perDomain: 100 } })
  const seen = new Set<string>()
  for (let n = 0; n < 100; n++) {
    const three = [await start(ALICE), await start(ALICE), await start(ALICE)]
    const numbers = three.map(({ view }) => view.number)
    expect(new Set(numbers).size).toBe(3)
    for (const number of numbers) seen.add(number)
    for (const { id } of three) await confirmations.cancel(id)
  }

  expect([...seen].every(number => /^[1-9][0-9]$/.test(number))).toBe(true)
  expect(seen.size).toBeGreaterThan(60)
})
