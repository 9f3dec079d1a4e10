import { Authenticator, Registration } from '../../lib/index'
import { MAX_CONCURRENT, MAX_QUEUE } from '../../lib/limits'
import { Responder } from '../../lib/testing/responder'
import { type HandClock, handClock } from '../fixtures/clock'
import { transportTo } from '../fixtures/transport'

/*
 * Visitors share the slots: a visitor with many logins waits behind their own. A server without sockets needs 250 ms for
 * each answer, on a clock that is moved by hand.
 */

const ANSWER_MS = 250
const USER1 = { username: 'user1', password: 'user1' }
const OPTIONS = { service: 'https://xmpp.example.com/bosh', domain: 'localhost', mechanisms: ['PLAIN'] } as const

function slowServer(clock: HandClock) {
  const responder = new Responder({ domain: 'localhost', accounts: { user1: 'user1' }, registration: 'open' })
  return transportTo({
    async post(_url, body) {
      await new Promise<void>(resolve => clock.after(ANSWER_MS, resolve))
      const reply = await responder.respond(Buffer.from(body))
      return typeof reply === 'string' ? Buffer.of() : Buffer.from(reply.body)
    },
    close() {},
  })
}

/** Moves the clock until `work` settles, and returns the ms that it took. */
async function msUntil(clock: HandClock, work: Promise<unknown>): Promise<number> {
  const startedAt = clock.now()
  let took: number | undefined
  const done = () => {
    took = clock.now() - startedAt
  }
  work.then(done, done)
  for (;;) {
    for (let turn = 0; turn < 3; turn++) await new Promise(resolve => setImmediate(resolve))
    if (took !== undefined) return took
    clock.advance(ANSWER_MS)
  }
}

type Call = (key: string) => Promise<unknown>
const SUBJECTS: [what: string, start: (clock: HandClock) => { call: Call; close: () => Promise<void> }][] = [
  [
    'a right login',
    clock => {
      const authenticator = new Authenticator(OPTIONS, { clock, transport: slowServer(clock) })
      return { call: key => authenticator.authenticate(USER1, { key }), close: () => authenticator.close() }
    },
  ],
  [
    'a sign-up form',
    clock => {
      const registration = new Registration(OPTIONS, { clock, transport: slowServer(clock) })
      return { call: key => registration.form({ key }), close: () => registration.close() }
    },
  ],
  [
    'a change of the password',
    clock => {
      const registration = new Registration(OPTIONS, { clock, transport: slowServer(clock) })
      return { call: key => registration.changePassword(USER1, 'user1', { key }), close: () => registration.close() }
    },
  ],
]

describe.each(SUBJECTS)('%s', (_, start) => {
  test.each([96, MAX_CONCURRENT + MAX_QUEUE])(
    'takes at most twice as long while another visitor has %i in flight',
    async inFlight => {
      const clock = handClock()
      const { call, close } = start(clock)
      const alone = await msUntil(clock, call('192.0.2.7'))
      const others = Array.from({ length: inFlight }, () => call('203.0.113.1').catch(({ code }) => code))
      const took = await msUntil(clock, call('192.0.2.7'))
      expect(alone).toBeGreaterThanOrEqual(2 * ANSWER_MS)
      expect(took).toBeLessThanOrEqual(2 * alone)

      const outcomes = Promise.all(others)
      await msUntil(clock, outcomes)
      // A full queue gives one place to the visitor who has fewer waiting.
      const refused = (await outcomes).filter(outcome => outcome === 'ERR_XMPP_BUSY')
      expect(refused).toHaveLength(inFlight === 96 ? 0 : 1)
      const closed = close()
      await msUntil(clock, closed)
    },
  )
})

test('a visitor alone uses all slots', async () => {
  const clock = handClock()
  const authenticator = new Authenticator(OPTIONS, { clock, transport: slowServer(clock) })
  const alone = await msUntil(clock, authenticator.authenticate(USER1, { key: 'a' }))
  const all = Array.from({ length: MAX_CONCURRENT }, () => authenticator.authenticate(USER1, { key: 'a' }))
  expect(await msUntil(clock, Promise.all(all))).toBe(alone)
  await msUntil(clock, authenticator.close())
})

test('addresses of one IPv6 network are one visitor', async () => {
  const clock = handClock()
  const authenticator = new Authenticator(OPTIONS, { clock, transport: slowServer(clock) })
  const alone = await msUntil(clock, authenticator.authenticate(USER1, { key: '192.0.2.7' }))
  const others = Array.from({ length: MAX_CONCURRENT + MAX_QUEUE }, (_, n) =>
    authenticator.authenticate(USER1, { key: `2001:db8:1:2::${n.toString(16)}` }).catch(() => {}),
  )
  expect(await msUntil(clock, authenticator.authenticate(USER1, { key: '192.0.2.7' }))).toBeLessThanOrEqual(2 * alone)
  await msUntil(clock, Promise.all(others))
  await msUntil(clock, authenticator.close())
})
