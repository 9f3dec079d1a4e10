import { MemoryConfirmStore } from '../../lib/confirm/memory-store'
import { keyOf } from '../../lib/confirm/secrets'
import { handClock } from '../fixtures/clock'
import { bench, dialogAnswer, FakeAccount, settled } from '../fixtures/confirm/people'

/* Questions that nothing asked for: how many, to which accounts, and what is in them. */

const ALICE = 'alice@b.test'
const PHONE = `${ALICE}/phone`
const GERMAN = /Antworte mit der Zahl/

test('a question goes to the bare JID as a chat message that is not archived, and ends with its request', async () => {
  const account = new FakeAccount()
  account.nickname = 'Sign-in of app.example'
  const { start } = bench({}, { account })
  const { view } = await start(`${ALICE}/laptop`, { place: 'Firefox on Linux, 203.0.113.7' })

  const [question] = account.told
  expect(question?.xml).toMatch(
    /^<message xmlns='jabber:client' type='chat' to='alice@b\.test' id='([\w-]+)'><thread>\1<\/thread>/,
  )
  expect(question?.xml).toContain("<no-permanent-store xmlns='urn:xmpp:hints'/>")
  expect(question?.xml).toContain("<x xmlns='jabber:x:expire' seconds='180'/>")
  expect(question?.xml).toContain("<nick xmlns='http://jabber.org/protocol/nick'>Sign-in of app.example</nick>")
  expect(question?.xml).not.toContain('no-store')
  expect(question?.text.split('\n')[0]).toBe('Sign in to app.example? Answer with the number that your browser shows.')
  expect(question?.text).toContain('Asked from: Firefox on Linux, 203.0.113.7')
  expect(question?.text.replace('203.0.113.7', '')).not.toContain(view.number)
})

test('a question does not tell the id, the code or the nonce of its request', async () => {
  const { start, account, store } = bench({ dialog: false })
  const { id } = await start(ALICE)
  const record = await store.get(id)

  for (const secret of [id, record?.code ?? '', record?.nonce ?? '']) {
    expect(secret.length).toBeGreaterThan(7)
    expect(account.told[0]?.xml).not.toContain(secret)
  }
})

test.each([
  ['de', GERMAN],
  ['de-AT', GERMAN],
  ['DE', GERMAN],
  ['en-GB', /Answer with the number/],
  ['fr', /Answer with the number/],
  ['den', /Answer with the number/],
  [undefined, /Answer with the number/],
])('a question to a visitor of language %s has the text of that language', async (language, text) => {
  const { start, account } = bench()
  await start(ALICE, { language })

  expect(account.told[0]?.text).toMatch(text)
})

test('50 starts for one JID send one question', async () => {
  const { start, account } = bench()
  const asked: string[] = []
  for (let n = 0; n < 50; n++) asked.push((await start(ALICE)).view.asked)

  expect(account.told).toHaveLength(1)
  expect(asked).toEqual(['sent', 'sent', 'sent', ...Array(47).fill('limited')])
})

test('50 starts for one JID at the same moment send one question and leave three answerable requests', async () => {
  const { start, account, store } = bench()
  await Promise.all(Array.from({ length: 50 }, () => start(ALICE)))

  expect(account.told).toHaveLength(1)
  expect(await store.waitingFor(ALICE)).toHaveLength(3)
})

test('two processes that start at the same moment send one question', async () => {
  const clock = handClock()
  const store = new MemoryConfirmStore({}, { clock })
  const [one, two] = [bench({ store }, { clock }), bench({ store }, { clock, account: new FakeAccount() })]
  await Promise.all([one.start(ALICE), two.start(ALICE), one.start(ALICE), two.start(ALICE)])

  expect([...one.account.told, ...two.account.told]).toHaveLength(1)
})

test('a request beyond the three of its JID has a code that works, and its number does not', async () => {
  const { start, say, confirmations } = bench()
  for (let n = 0; n < 3; n++) await start(ALICE)
  const fourth = await start(ALICE)

  expect(fourth.view).toMatchObject({ asked: 'limited', code: expect.any(String) })
  await say(PHONE, fourth.view.code ?? '')
  await say(PHONE, fourth.view.number)
  expect(await confirmations.waiting(fourth.id)).toMatchObject({ granted: true })
})

test('a JID is asked three times in ten minutes when its visitor sends again, and again afterwards', async () => {
  const { start, account, confirmations, clock } = bench()
  const again = async () => {
    const { id, view } = await start(ALICE)
    await confirmations.cancel(id)
    return view.asked
  }

  expect([await again(), await again(), await again(), await again()]).toEqual(['sent', 'sent', 'sent', 'limited'])
  expect(account.told).toHaveLength(3)
  clock.advance(599_999)
  expect(await again()).toBe('limited')
  clock.advance(1)
  expect(await again()).toBe('sent')
})

test('a domain is asked 60 times in ten minutes, whoever is meant', async () => {
  const { start, account } = bench()
  const asked: string[] = []
  for (let n = 0; n < 62; n++) asked.push((await start(`person${n}@b.test`)).view.asked)

  expect(asked.filter(state => state === 'sent')).toHaveLength(60)
  expect((await start('person@c.test')).view.asked).toBe('sent')
  expect(account.told).toHaveLength(61)
})

test('the domain of the service account has no limit of a domain', async () => {
  const { start } = bench()
  for (let n = 0; n < 100; n++) expect((await start(`person${n}@a.test`)).view.asked).toBe('sent')
})

test('one visitor causes 20 questions to other domains in ten minutes', async () => {
  const { start, confirmations } = bench()
  const asked: string[] = []
  for (let n = 0; n < 22; n++) {
    const { id, view } = await start(`person@b${n}.test`, { key: '203.0.113.7' })
    asked.push(view.asked)
    await confirmations.cancel(id)
  }

  expect(asked.filter(state => state === 'sent')).toHaveLength(20)
  expect((await start('person@c.test', { key: '203.0.113.8' })).view.asked).toBe('sent')
})

test.each([
  ['a "no"', 'no'],
  ['a wrong number', '1'],
])('a JID is asked nothing for 15 minutes after %s, and the code works', async (_, text) => {
  const { start, say, account, clock, confirmations } = bench()
  await start(ALICE)
  await say(PHONE, text)
  const told = account.told.length

  const { id, view } = await start(ALICE)
  expect(view.asked).toBe('limited')
  expect(account.told).toHaveLength(told)
  await say(PHONE, view.code ?? '')
  await say(PHONE, view.number)
  expect(await confirmations.waiting(id)).toMatchObject({ granted: true })

  clock.advance(900_000)
  expect((await start(ALICE)).view.asked).toBe('sent')
})

test('a refused dialog keeps its JID from questions for 15 minutes', async () => {
  const { start, hear, account, clock } = bench({ dialog: true })
  await start(ALICE)
  await hear(dialogAnswer(PHONE, account.told[0]?.dialog ?? { id: '', url: '' }, { type: 'error' }))

  expect((await start(ALICE)).view.asked).toBe('limited')
  clock.advance(900_000)
  expect((await start(ALICE)).view.asked).toBe('sent')
})

test('allowAsking() ends the quiet time after a "no"', async () => {
  const { start, say, confirmations } = bench()
  await start(ALICE)
  await say(PHONE, 'no')

  await confirmations.allowAsking('Alice@B.test')

  expect((await start(ALICE)).view.asked).toBe('sent')
})

test('a further request of a JID has the fate of the question that stands for it', async () => {
  const { start, hear, account, confirmations } = bench()
  const first = await start(ALICE)
  const bounce = `<message xmlns='jabber:client' type='error' from='${ALICE}' id='${account.told[0]?.id}'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`
  await hear(bounce)

  expect((await start(ALICE)).view.asked).toBe('unreachable')
  expect(await confirmations.waiting(first.id)).toMatchObject({ asked: 'unreachable' })
})

test('a question that the service account cannot send leaves the code to its visitor', async () => {
  const { start, account, confirmations } = bench()
  account.sends = () => Promise.reject(new Error('the queue is full'))
  const { id, view } = await start(ALICE)
  await settled()

  expect(view.asked).toBe('sent')
  expect(await confirmations.waiting(id)).toMatchObject({ state: 'waiting', asked: 'unreachable' })
})

test('a start does not wait until the question has arrived', async () => {
  const { start, account } = bench()
  account.sends = () => new Promise(() => {})

  expect((await start(ALICE)).view.asked).toBe('sent')
})

test('one visitor causes 500 questions to the domain of the service account in ten minutes', async () => {
  const { start, confirmations } = bench()
  const asked: string[] = []
  for (let n = 0; n < 502; n++) {
    const { id, view } = await start(`person${n}@a.test`, { key: '203.0.113.7' })
    asked.push(view.asked)
    await confirmations.cancel(id)
  }

  expect(asked.filter(state => state === 'sent')).toHaveLength(500)
})

test('a question that cannot be sent makes the account unreachable for all its requests', async () => {
  const account = new FakeAccount()
  const { start, confirmations } = bench({}, { account })
  let fail = (_error: Error) => {}
  account.sends = () =>
    new Promise((_, reject) => {
      fail = reject
    })
  const requests = [await start(ALICE), await start(ALICE)]

  fail(new Error('away'))
  await settled()

  for (const { id } of requests) expect(await confirmations.waiting(id)).toMatchObject({ asked: 'unreachable' })
})

test('a text of the app that cannot be sent leaves the code to its visitor', async () => {
  const { start, confirmations } = bench({ texts: { question: 'a\u0000b' } })
  const { id } = await start(ALICE)
  await settled()

  expect(await confirmations.waiting(id)).toMatchObject({ asked: 'unreachable' })
})

test('the number of a request beyond the limits is never the one of a stranger, and has two digits as well', async () => {
  for (let round = 0; round < 30; round++) {
    const { start, say, confirmations } = bench()
    const strangers = [await start(ALICE), await start(ALICE), await start(ALICE)]
    const owner = await start(ALICE)
    expect(owner.view).toMatchObject({ asked: 'limited', number: expect.stringMatching(/^[1-9][0-9]$/) })
    await confirmations.cancel(strangers[0]?.id ?? '')
    strangers.push(await start(ALICE))

    await say(PHONE, owner.view.number)

    for (const { id } of strangers.slice(1)) expect(await confirmations.waiting(id)).toMatchObject({ granted: false })
  }
})

test('a request is limited when pages that cannot be answered show each number', async () => {
  const { start, store } = bench()
  for (let number = 10; number < 100; number++) await store.mark(keyOf('shown', ALICE, String(number)), 60_000)

  expect((await start(ALICE)).view).toMatchObject({ asked: 'limited' })
})

test('the number of a request without a JID has three digits', async () => {
  const { start } = bench()

  expect((await start(undefined)).view.number).toMatch(/^[1-9][0-9]{2}$/)
})

test('an answer is no question: only a question ends with its request', async () => {
  const { start, say, account } = bench()
  await start(ALICE)
  await say(PHONE, 'hello')
  await say(PHONE, 'no')

  expect(account.told.map(({ xml }) => xml.includes('jabber:x:expire'))).toEqual([true, false, false])
})
