import type { ConfirmationsOptions } from '../../lib/confirm/options'
import { CONFIRMATION } from '../../lib/diagnostics/channels'
import { bench, settled, writesOf } from '../fixtures/confirm/people'

/* STOP: the way out for a person that is asked too often, or signed in by another. */

const ALICE = 'alice@b.test'
const PHONE = `${ALICE}/phone`
const DELAY = "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>"

test.each(['STOP', 'stop', ' Stop! ', 'stopp', 'STOP.'])(
  '%j ends all requests of its account, calls onStop and is confirmed',
  async text => {
    const stopped: string[] = []
    const { start, say, confirmations } = bench({ onStop: jid => void stopped.push(jid) })
    const requests = [await start(ALICE), await start(ALICE)]

    const [answer] = await say(PHONE, text)

    for (const { id } of requests) expect(await confirmations.waiting(id)).toMatchObject({ granted: false })
    expect(stopped).toEqual([ALICE])
    expect(answer?.text).toBe('Stopped. app.example sends you no questions for 24 hours.')
  },
)

test.each(['please stop this', 'stop 1', 'nonstop', '> STOP'])('%j is not STOP', async text => {
  const stopped: string[] = []
  const { start, say } = bench({ onStop: jid => void stopped.push(jid) })
  await start(ALICE)
  await say(PHONE, text)

  expect(stopped).toEqual([])
})

test('an account is asked nothing for 24 hours after STOP', async () => {
  const { start, say, account, clock } = bench()
  await start(ALICE)
  await say(PHONE, 'STOP')
  const told = account.told.length

  expect((await start(ALICE)).view.asked).toBe('limited')
  clock.advance(86_399_999)
  expect((await start(ALICE)).view.asked).toBe('limited')
  expect(account.told).toHaveLength(told)
  clock.advance(1)
  expect((await start(ALICE)).view.asked).toBe('sent')
})

test('STOP counts when a server kept it', async () => {
  const stopped: string[] = []
  const { start, say } = bench({ onStop: jid => void stopped.push(jid) })
  await start(ALICE)
  await say(PHONE, 'STOP', { beside: DELAY })

  expect(stopped).toEqual([ALICE])
})

test('STOP counts days after a sign-in, for an account that `allow` refuses by now, too', async () => {
  const stopped: string[] = []
  let isAllowed = true
  const { start, say, confirmations, clock } = bench({ onStop: jid => void stopped.push(jid), allow: () => isAllowed })
  const { id, view } = await start(ALICE)
  await say(PHONE, view.number)
  await confirmations.take(id)
  clock.advance(5 * 86_400_000)
  isAllowed = false

  expect(await say(PHONE, 'STOP')).toHaveLength(1)

  expect(stopped).toEqual([ALICE])
})

test('a granted request is denied when STOP comes before the browser takes it', async () => {
  const { start, say, confirmations, account } = bench()
  const { id, view } = await start(ALICE)
  await say(PHONE, view.number)
  await say(PHONE, 'STOP')

  const record = await confirmations.take(id)

  expect(record).toMatchObject({ state: 'denied', jid: ALICE })
  expect(record).not.toHaveProperty('way')
  expect(account.told.some(({ text }) => text.startsWith('You are signed in'))).toBe(false)
})

test('STOP of another account changes nothing', async () => {
  const { start, say, confirmations } = bench()
  const { id } = await start(ALICE)
  await say('mallory@b.test/phone', 'STOP')

  expect(await confirmations.waiting(id)).toMatchObject({ state: 'waiting' })
  expect((await start(ALICE)).view.asked).toBe('sent')
})

test('allowAsking() ends STOP', async () => {
  const { start, say, confirmations } = bench()
  await say(PHONE, 'STOP')
  expect((await start(ALICE)).view.asked).toBe('limited')

  await confirmations.allowAsking(ALICE)

  expect((await start(ALICE)).view.asked).toBe('sent')
})

test('a code of the account ends STOP', async () => {
  const { start, say, confirmations } = bench()
  await say(PHONE, 'STOP')
  const { id, view } = await start()
  await say(PHONE, view.code ?? '')
  await say(PHONE, view.number)

  expect(await confirmations.take(id)).toMatchObject({ state: 'granted' })
  expect((await start(ALICE)).view.asked).toBe('sent')
})

test.each<[string, () => Promise<void>]>([
  ['rejects', () => Promise.reject(new Error('the sessions are out of reach'))],
  [
    'throws',
    () => {
      throw new Error('the sessions are out of reach')
    },
  ],
])('the answer to STOP says that the sessions go on when onStop %s, and STOP stands', async (_, onStop) => {
  const { start, say, confirmations } = bench({ onStop })
  const { id } = await start(ALICE)

  const [answer] = await say(PHONE, 'STOP')

  expect(answer?.text).toMatch(/could not end your sessions\. Answer STOP again in a minute\.$/)
  expect(await confirmations.waiting(id)).toMatchObject({ granted: false })
  expect((await start(ALICE)).view.asked).toBe('limited')
})

test('a second STOP calls onStop again when the first failed a minute ago', async () => {
  const stopped: string[] = []
  const { say, clock } = bench({
    onStop: async jid => {
      stopped.push(jid)
      if (stopped.length === 1) throw new Error('the sessions are out of reach')
    },
  })
  await say(PHONE, 'STOP')
  clock.advance(60_000)

  const [answer] = await say(PHONE, 'STOP')

  expect(stopped).toEqual([ALICE, ALICE])
  expect(answer?.text).toMatch(/^Stopped/)
})

test('STOP of strangers of one domain is limited, and those of an asked account and of the own domain are not', async () => {
  const stopped: string[] = []
  const { start, say } = bench({ onStop: jid => void stopped.push(jid) })
  await start('bob@evil.test')
  for (let n = 0; n < 80; n++) await say(`m${n}@evil.test/x`, 'STOP')
  expect(stopped).toHaveLength(60)

  await say('bob@evil.test/x', 'STOP')
  await say('alice@a.test/x', 'STOP')
  expect(stopped.slice(60)).toEqual(['bob@evil.test', 'alice@a.test'])
})

test('STOP of one stranger is counted once in its domain, however often it comes', async () => {
  const stopped: string[] = []
  const { say, clock } = bench({ onStop: jid => void stopped.push(jid) })
  for (let n = 0; n < 80; n++) {
    await say('evil@big.test/x', 'STOP')
    clock.advance(5_000)
  }

  await say('alice@big.test/x', 'STOP')

  expect(stopped.at(-1)).toBe('alice@big.test')
})

test('STOP of an account that signed in counts for 30 days, however many strangers of its domain answer STOP', async () => {
  const stopped: string[] = []
  const { start, say, confirmations, clock } = bench({ onStop: jid => void stopped.push(jid) })
  const { id, view } = await start('alice@big.test')
  await say('alice@big.test/x', view.number)
  await confirmations.take(id)
  const stop = async () => {
    for (let n = 0; n < 60; n++) await say(`m${n}@big.test/x`, 'STOP')
    stopped.length = 0
    await say('alice@big.test/x', 'STOP')
    return stopped.length
  }

  clock.advance(15 * 86_400_000)
  expect(await stop()).toBe(1)
  clock.advance(15 * 86_400_000 - 1)
  expect(await stop()).toBe(1)
  clock.advance(2 * 86_400_000)
  expect(await stop()).toBe(0)
})

test.each<[string, ConfirmationsOptions['allow']]>([
  ['names other domains', 'b.test'],
  ['is a function that refuses it', async () => false],
  ['is a function that throws', throwing],
])('STOP of a stranger is dropped and leaves nothing in the store when `allow` %s', async (_, allow) => {
  const stopped: string[] = []
  const { say, store } = bench({ allow, onStop: jid => void stopped.push(jid) })
  const written = writesOf(store)
  for (let n = 0; n < 20; n++) expect(await say(`y@s${n}.evil.test/x`, 'STOP')).toEqual([])

  expect(stopped).toEqual([])
  expect(written).toEqual([])
})

test('a fault is reported when `allow` throws at STOP of a stranger', async () => {
  const reported: unknown[] = []
  const hear = (message: unknown) => reported.push(message)
  CONFIRMATION.subscribe(hear)
  const { say } = bench({ allow: throwing })

  await say('y@evil.test/x', 'STOP')

  CONFIRMATION.unsubscribe(hear)
  expect(reported).toEqual([{ event: 'failed', code: 'unexpected' }])
})

function throwing(): never {
  throw new Error('the list is out of reach')
}

test('messages after STOP are worked on when onStop never ends', async () => {
  const { start, say, clock, account } = bench({ onStop: () => new Promise(() => {}) })
  const { view } = await start()
  expect(await say(PHONE, 'STOP')).toEqual([])

  expect(await say(PHONE, view.code ?? '')).toHaveLength(1)
  clock.advance(10_000)
  await settled()
  expect(account.told.at(-1)?.text).toMatch(/could not end your sessions/)
})
