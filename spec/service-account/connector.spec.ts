import { Outbox } from '../../lib/bosh/standing/outbox'
import type { Authenticator } from '../../lib/login/authenticator'
import { Connector } from '../../lib/service-account/connector'
import { LightSignal } from '../../lib/time/light-signal'
import { handClock } from '../fixtures/clock'

test('no session begins on a login that is complete in the turn of close()', async () => {
  const clock = handClock()
  const work: { begin?: () => Promise<unknown> } = {}
  const handOver = jest.fn()
  const authenticator = {
    authenticated: (_credentials: unknown, _options: unknown, then: (...args: unknown[]) => Promise<unknown>) =>
      new Promise((resolve, reject) => {
        work.begin = () => then({}, { handOver }, new LightSignal()).then(resolve, reject)
      }),
    close: async () => {},
  }
  const connector = new Connector({
    jid: 'bot@localhost',
    domain: 'localhost',
    credentials: { username: 'bot', password: 'secret' },
    authenticator: authenticator as unknown as Authenticator,
    clock,
    outbox: new Outbox(clock),
    received() {},
    lost() {},
  })
  const closing = connector.close()
  // The logins are not aborted yet.
  await work.begin?.()
  await closing

  expect(handOver).not.toHaveBeenCalled()
  expect(connector.state).toBe('closed')
  expect(clock.waiting).toEqual([])
})
