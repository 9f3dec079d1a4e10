import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { inspect } from 'node:util'
import type { ConfirmationMessage } from '../../lib/diagnostics/messages'
import { bench, dialogAnswer, settled } from '../fixtures/confirm/people'

/* Channel `passport-xmpp-bosh:confirmation`. */

const CHANNEL = 'passport-xmpp-bosh:confirmation'
const ALICE = 'alice@b.test'
const PHONE = `${ALICE}/phone`
const messages: ConfirmationMessage[] = []
const note = (message: unknown) => void messages.push(message as ConfirmationMessage)

beforeEach(() => {
  messages.length = 0
  subscribe(CHANNEL, note)
})
afterEach(() => unsubscribe(CHANNEL, note))

test('the channel tells a start and a decision that granted, with its way, its JID and its time', async () => {
  const { start, say, clock } = bench()
  const { view } = await start(ALICE)
  clock.advance(5_000)
  await say(PHONE, view.number)

  expect(messages).toEqual([
    { event: 'started', asked: 'sent', isDialog: false },
    { event: 'decided', decision: 'granted', way: 'number', jid: ALICE, duration: 5_000 },
  ])
})

test('the channel names no JID before the account agreed', async () => {
  const { start, say, hear, account, clock } = bench({ dialog: true })
  await start(ALICE)
  await start()
  await hear(dialogAnswer(PHONE, account.told[0]?.dialog ?? { id: '', url: '' }, { type: 'error' }))
  clock.advance(900_000)
  await start(ALICE)
  await say(PHONE, 'STOP')

  expect(messages.map(({ event, decision }) => decision ?? event)).toEqual([
    'started',
    'started',
    'denied',
    'started',
    'denied',
  ])
  expect(inspect(messages)).not.toContain('alice')
})

test('the channel tells a bounce', async () => {
  const { start, hear, account } = bench()
  await start(ALICE)
  const id = account.told[0]?.id
  await hear(
    `<message xmlns='jabber:client' type='error' from='${ALICE}' id='${id}'><error type='cancel'><forbidden xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
  )

  expect(messages.at(-1)).toEqual({ event: 'bounced', asked: 'blocked' })
})

test('the channel tells a fault of the store, of the service account and of onStop by its code alone', async () => {
  const { start, say, store, account } = bench({ onStop: () => Promise.reject(new Error('42 K7QF92TD')) })
  await start(ALICE)
  account.sends = () => Promise.reject(new Error('42 K7QF92TD'))
  await say(PHONE, 'hello')
  await say(PHONE, 'STOP')
  store.waitingFor = () => Promise.reject(new Error('42 K7QF92TD'))
  await say(PHONE, 'no')
  await settled()

  expect(messages.filter(({ event }) => event === 'failed')).toEqual(
    Array(4).fill({ event: 'failed', code: 'unexpected' }),
  )
})

test('the channel, errors and logs hold no number, code, nonce or id', async () => {
  const written: string[] = []
  const spies = [process.stdout, process.stderr].map(stream =>
    jest.spyOn(stream, 'write').mockImplementation(chunk => {
      written.push(String(chunk))
      return true
    }),
  )
  const { start, say, hear, store, account, confirmations } = bench({ dialog: true })
  const secrets: string[] = []
  const errors: unknown[] = []
  for (const answer of ['number', 'wrong', 'code', 'dialog', 'stop'] as const) {
    const jid = `${answer}@b.test`
    const { id, view } = await start(answer === 'code' ? undefined : jid, { place: 'Firefox' })
    const record = await store.get(id)
    const dialog = account.told.at(-1)?.dialog ?? { id: '', url: '' }
    secrets.push(id, record?.nonce ?? '?', record?.code ?? '?', view.code ?? '?')
    if (answer === 'number') await say(`${jid}/x`, view.number)
    if (answer === 'wrong') await say(`${jid}/x`, '1')
    if (answer === 'code') await say(`${jid}/x`, view.code ?? '')
    if (answer === 'dialog') await hear(dialogAnswer(`${jid}/x`, dialog))
    if (answer === 'stop') await say(`${jid}/x`, 'STOP')
    const taken = await confirmations.take(id)
    if (taken) await confirmations.signedIn(taken)
  }
  for (const jid of ['alice', 'login@a.test']) errors.push(await start(jid).catch((error: unknown) => error))
  store.add = async () => 'number-taken'
  errors.push(await start(ALICE).catch((error: unknown) => error))
  for (const spy of spies) spy.mockRestore()

  expect(errors.every(error => error instanceof Error)).toBe(true)
  expect(messages.length).toBeGreaterThan(8)
  const output = written.join('') + inspect(messages, { depth: 9 }) + inspect(errors, { depth: 9 })
  for (const secret of secrets) expect(output).not.toContain(secret)
  // A number has two digits, so that it is looked for by the name of a property.
  expect(messages.flatMap(message => Object.keys(message)).filter(key => /number|code|nonce|^id$/.test(key))).toEqual(
    [],
  )
})
