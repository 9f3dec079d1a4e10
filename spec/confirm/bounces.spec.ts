import type { ConfirmRecord } from '../../lib/index'
import { type Bench, bench, chat, settled } from '../fixtures/confirm/people'

/* Questions and notices that come back. */

const ALICE = 'alice@b.test'
const PHONE = `${ALICE}/phone`

function bounce(from: string, id: string, condition: string): string {
  return (
    `<message xmlns='jabber:client' type='error' from='${from}' to='login@a.test/r' id='${id}'>` +
    `<error type='cancel'><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`
  )
}

async function asked(): Promise<Bench & { id: string; number: string; question: string }> {
  const scene = bench()
  const { id, view } = await scene.start(ALICE)
  return { ...scene, id, number: view.number, question: scene.account.told[0]?.id ?? '' }
}

test.each([
  ['service-unavailable', 'unreachable'],
  ['item-not-found', 'unreachable'],
  ['remote-server-not-found', 'unreachable'],
  ['remote-server-timeout', 'unreachable'],
  ['gone', 'unreachable'],
  ['recipient-unavailable', 'unreachable'],
  ['not-authorized', 'unreachable'],
  ['undefined-condition', 'unreachable'],
  ['policy-violation', 'blocked'],
  ['forbidden', 'blocked'],
  ['not-acceptable', 'blocked'],
  ['not-allowed', 'blocked'],
  ['subscription-required', 'blocked'],
])('a question that comes back with %s makes its account %s', async (condition, fate) => {
  const { hear, confirmations, id, question } = await asked()

  expect(await hear(bounce(ALICE, question, condition))).toEqual([])

  expect(await confirmations.waiting(id)).toMatchObject({ state: 'waiting', asked: fate })
})

test('a bounce is one for all requests of its JID', async () => {
  const { start, hear, confirmations, id, question } = await asked()
  const second = await start(ALICE)

  await hear(bounce(ALICE, question, 'forbidden'))

  for (const request of [id, second.id]) {
    expect(await confirmations.waiting(request)).toMatchObject({ asked: 'blocked' })
  }
})

test.each([
  ['another account', 'mallory@b.test', undefined],
  ['the domain', 'b.test', undefined],
  ['the account under another id', ALICE, 'q-AAAAAAAAAAAAAAAAAAAAAA'],
])('a bounce changes nothing when it comes from %s', async (_, from, other) => {
  const { hear, confirmations, id, question } = await asked()

  await hear(bounce(from, other ?? question, 'service-unavailable'))

  expect(await confirmations.waiting(id)).toMatchObject({ asked: 'sent' })
})

test('the code of the page works when the question came back', async () => {
  const { hear, say, confirmations, id, number, question } = await asked()
  await hear(bounce(ALICE, question, 'policy-violation'))

  await say(PHONE, (await confirmations.waiting(id))?.code ?? '')
  await say(PHONE, number)

  expect(await confirmations.take(id)).toMatchObject({ state: 'granted', jid: ALICE })
})

test('a bounce after the answer changes nothing', async () => {
  const { hear, say, confirmations, id, number, question } = await asked()
  await say(PHONE, number)

  await hear(bounce(ALICE, question, 'service-unavailable'))

  expect(await confirmations.take(id)).toMatchObject({ state: 'granted', asked: 'sent' })
})

test('a notice that comes back changes nothing and is not sent again', async () => {
  const { hear, say, confirmations, account, id, number } = await asked()
  await say(PHONE, number)
  await confirmations.signedIn((await confirmations.take(id)) as ConfirmRecord)
  const told = account.told.length
  const notice = account.told.at(-1)
  expect(notice?.text).toMatch(/^You are signed in to app\.example/)

  await hear(bounce(ALICE, notice?.id ?? '', 'service-unavailable'))
  await settled()

  expect(account.told).toHaveLength(told)
})

test('a bounce that holds a text or a dialog of ours grants nothing', async () => {
  const { hear, confirmations, id, number, question } = await asked()

  await hear(chat(PHONE, number, { type: 'error', id: question }))

  expect(await confirmations.waiting(id)).toMatchObject({ state: 'waiting' })
})

test('a page that is held hears of a bounce at once', async () => {
  const { hear, confirmations, id, question } = await asked()
  const held = confirmations.settled(id, 20_000)
  await settled()

  await hear(bounce(ALICE, question, 'service-unavailable'))

  expect(await held).toMatchObject({ state: 'waiting', asked: 'unreachable' })
})
