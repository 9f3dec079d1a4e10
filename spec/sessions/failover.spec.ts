import { statusError } from '../../lib/bosh/http/statuses'
import { XmppBoshError } from '../../lib/errors/error'
import type { XmppBoshErrorCode } from '../../lib/errors/statuses'
import type { Endpoint } from '../../lib/options/settings'
import { settingsOf } from '../../lib/options/settings'
import { BoundedSessions } from '../../lib/sessions/bounded-sessions'
import { Failover } from '../../lib/sessions/failover'
import { handClock } from '../fixtures/clock'
import { transportTo } from '../fixtures/transport'

const endpoint = (host: string): Endpoint => ({
  url: new URL(`https://${host}.example/bosh`),
  mechanisms: ['PLAIN'],
  safe: true,
})
const [A, B, C] = [endpoint('a'), endpoint('b'), endpoint('c')] as const
const hostOf = ({ url }: Endpoint) => url.host.replace('.example', '')

/** Tries services, of which the named ones fail, and returns those that were asked. */
function failover(...endpoints: readonly Endpoint[]) {
  const clock = handClock()
  const services = new Failover(endpoints, clock)
  async function tried(failing: string, { takes = 0, within = 15_000, key = '' } = {}) {
    const asked: string[] = []
    const times: number[] = []
    let reason: unknown
    await services
      .first(
        clock.now() + within,
        async (one, ms) => {
          asked.push(hostOf(one))
          times.push(ms)
          clock.advance(takes)
          if (failing.includes(hostOf(one))) throw new XmppBoshError('ERR_XMPP_CONNECT', hostOf(one))
          return hostOf(one)
        },
        key,
      )
      .catch(error => {
        reason = error
      })
    return { asked: asked.join(''), times, reason }
  }
  return { clock, services, tried }
}

describe('in Failover', () => {
  test('services are tried in the given order until one answers', async () => {
    const { services, tried } = failover(A, B, C)
    expect(await tried('')).toMatchObject({ asked: 'a', reason: undefined })
    expect(await services.first(15_000, async one => hostOf(one))).toBe('a')
  })

  test('the next service is tried when the one before fails', async () => {
    expect(await failover(A, B, C).tried('ab')).toMatchObject({ asked: 'abc', reason: undefined })
  })

  test('the fault of the last service is the answer when all fail', async () => {
    const { reason } = await failover(A, B, C).tried('abc')
    expect(reason).toMatchObject({ code: 'ERR_XMPP_CONNECT', message: 'c' })
  })

  test('a service that failed is tried last for 30 s', async () => {
    const { clock, tried } = failover(A, B, C)
    expect(await tried('a')).toMatchObject({ asked: 'ab' })
    expect(await tried('')).toMatchObject({ asked: 'b' })
    clock.advance(29_999)
    expect(await tried('bc')).toMatchObject({ asked: 'bca', reason: undefined })
    clock.advance(1)
    expect(await tried('')).toMatchObject({ asked: 'a' })
  })

  test('a service that failed for one visitor is tried last by that visitor and first by the others', async () => {
    const { tried } = failover(A, B)
    const [one, other] = [{ key: '192.0.2.1' }, { key: '192.0.2.2' }]
    for (let n = 0; n < 3; n++) expect(await tried('a', one)).toMatchObject({ asked: n === 0 ? 'ab' : 'b' })
    expect(await tried('', other)).toMatchObject({ asked: 'a' })
  })

  test('a service that failed for two visitors is tried last by all for 30 s', async () => {
    const { clock, tried } = failover(A, B)
    for (const key of ['192.0.2.1', '192.0.2.2']) expect(await tried('a', { key })).toMatchObject({ asked: 'ab' })
    expect(await tried('', { key: '192.0.2.3' })).toMatchObject({ asked: 'b' })
    expect(await tried('')).toMatchObject({ asked: 'b' })
    clock.advance(30_000)
    expect(await tried('', { key: '192.0.2.1' })).toMatchObject({ asked: 'a' })
  })

  test('one visitor alone does not keep a service last for all', async () => {
    const { clock, tried } = failover(A, B)
    const [one, other] = ['192.0.2.1', '192.0.2.2']
    for (const key of [other, one]) await tried('a', { key })
    clock.advance(29_000)
    await tried('ab', { key: one })
    clock.advance(1_001)
    expect(await tried('', { key: '192.0.2.3' })).toMatchObject({ asked: 'a' })
  })

  test('two visitors who meet a fault in different half minutes do not make a service last for all', async () => {
    const { clock, tried } = failover(A, B)
    await tried('a', { key: '192.0.2.1' })
    clock.advance(30_000)
    await tried('a', { key: '192.0.2.2' })
    expect(await tried('', { key: '192.0.2.3' })).toMatchObject({ asked: 'a' })
  })

  test('services that failed keep their order among themselves', async () => {
    const { tried } = failover(A, B, C)
    await tried('ab')
    expect(await tried('abc')).toMatchObject({ asked: 'cab' })
    expect(await tried('ab')).toMatchObject({ asked: 'abc' })
  })

  test('a single service is tried again after it failed', async () => {
    const { tried } = failover(A)
    expect(await tried('a')).toMatchObject({ asked: 'a', reason: { code: 'ERR_XMPP_CONNECT' } })
    expect(await tried('')).toMatchObject({ asked: 'a', reason: undefined })
  })
})

describe('within a deadline', () => {
  test('a single service gets all of the time', async () => {
    expect(await failover(A).tried('a', { within: 15_000 })).toMatchObject({ times: [15_000] })
    expect(await failover(A).tried('a', { within: 120_000 })).toMatchObject({ times: [120_000] })
  })

  test('one of several services gets an equal share of the time left and at most 5 s', async () => {
    expect(await failover(A, B, C).tried('abc', { within: 15_000 })).toMatchObject({ times: [5000, 5000, 5000] })
    expect(await failover(A, B, C).tried('abc', { within: 120_000 })).toMatchObject({ times: [5000, 5000, 5000] })
    expect(await failover(A, B, C).tried('abc', { within: 6000 })).toMatchObject({ times: [2000, 3000, 5000] })
    expect(await failover(A, B, C).tried('abc', { within: 6000, takes: 2000 })).toMatchObject({
      times: [2000, 2000, 2000],
    })
    expect(await failover(A, B).tried('ab', { within: 8000, takes: 1000 })).toMatchObject({ times: [4000, 5000] })
  })
})

test('no further service is tried when the time of the login is up', async () => {
  const { tried } = failover(A, B, C)
  const { asked, reason } = await tried('abc', { within: 6000, takes: 3000 })
  expect(asked).toBe('ab')
  expect(reason).toMatchObject({ code: 'ERR_XMPP_CONNECT', message: 'b' })
})

describe('after a fault', () => {
  test.each<XmppBoshErrorCode>([
    'ERR_XMPP_CONNECT',
    'ERR_XMPP_TLS',
    'ERR_XMPP_HTTP',
    'ERR_XMPP_TIMEOUT',
    'ERR_XMPP_PROTOCOL',
    'ERR_XMPP_TOO_LARGE',
    'ERR_XMPP_TERMINATED',
    'ERR_XMPP_UNAVAILABLE',
    'ERR_XMPP_DOMAIN',
  ])('the next service is tried when the code is %s', async code => {
    const { services } = failover(A, B)
    const opened = services.first(15_000, async one => {
      if (one === A) throw new XmppBoshError(code, 'x')
      return hostOf(one)
    })
    expect(await opened).toBe('b')
  })

  test.each([
    ...(
      [
        'invalid-credentials',
        'ERR_XMPP_POLICY',
        'ERR_XMPP_ABORTED',
        'ERR_XMPP_BUSY',
        'ERR_XMPP_MECHANISM',
        'ERR_XMPP_CLIENT_IP',
      ] as const
    ).map(code => new XmppBoshError(code, code)),
    new TypeError('a bug'),
    undefined,
  ])('the answer is %p at once and the service keeps its place', async reason => {
    const { services, tried } = failover(A, B)
    const open = jest.fn(() => Promise.reject(reason))
    await expect(services.first(15_000, open)).rejects.toBe(reason)
    expect(open).toHaveBeenCalledTimes(1)
    expect(await tried('')).toMatchObject({ asked: 'a' })
  })
})

const XMLNS = "xmlns='http://jabber.org/protocol/httpbind'"
const TWO = { service: ['https://a.example/bosh', 'https://b.example/bosh'], domain: 'example.com' }

/** Returns the status error of a reply to a request before a session, or within one. */
const answered = (status: number, isInSession: boolean) => statusError({ url: A.url, status, isInSession })

describe.each([401, 403, 429])('after HTTP status %d', status => {
  test.each([
    ['before a session', false],
    ['within a session', true],
  ])('no other service is asked and the service keeps its place when the status comes %s', async (_, isInSession) => {
    const { services, tried } = failover(A, B)
    const reason = answered(status, isInSession)
    const open = jest.fn(() => Promise.reject(reason))
    await expect(services.first(15_000, open)).rejects.toBe(reason)
    expect(open).toHaveBeenCalledTimes(1)
    expect(await tried('')).toMatchObject({ asked: 'a' })
  })
})

test.each([404, 502])(
  'the next service is tried and the first one cools down when HTTP status %d comes',
  async status => {
    const { services, tried } = failover(A, B)
    const opened = services.first(15_000, async one => {
      if (one === A) throw answered(status, false)
      return hostOf(one)
    })
    expect(await opened).toBe('b')
    expect(await tried('')).toMatchObject({ asked: 'b' })
  },
)

test('a session that is gone right after its creation leaves the service first for the others', async () => {
  const asked: string[] = []
  const transport = transportTo({
    async post(url, body) {
      asked.push(url.hostname)
      if (url.hostname === 'b.example') throw new XmppBoshError('ERR_XMPP_CONNECT', 'enough')
      if (body.includes("to='example.com'")) return Buffer.from(`<body ${XMLNS} sid='s1'/>`)
      return Buffer.from(`<body ${XMLNS} type='terminate' condition='item-not-found'/>`)
    },
    close() {},
  })
  const sessions = new BoundedSessions(settingsOf(TWO), { transport })
  const run = () => sessions.run({}, async () => 'opened')

  await expect(run()).rejects.toMatchObject({ code: 'ERR_XMPP_CONNECT' })
  expect(asked.at(0)).toBe('a.example')
  const tries = asked.length
  await expect(run()).rejects.toMatchObject({ code: 'ERR_XMPP_CONNECT' })
  expect(asked[tries]).toBe('a.example')
  await sessions.close()
})

describe('after a timeout', () => {
  const late = () => Promise.reject(new XmppBoshError('ERR_XMPP_TIMEOUT', 'late'))
  const isCooled = async (left: number, timeout?: number) => {
    const clock = handClock()
    const services = new Failover([A, B], clock, timeout)
    await services.first(clock.now() + left, one => (one === A ? late() : Promise.resolve()))
    return (await services.first(clock.now() + 15_000, async one => hostOf(one))) === 'b'
  }

  test('a service keeps its place when the login had left it less than a second', async () => {
    expect(await isCooled(1_998)).toBe(false)
    expect(await isCooled(2_000)).toBe(true)
  })

  test('a service cools down when option `timeout` is too short to leave any service a second', async () => {
    expect(await isCooled(1_000, 1_000)).toBe(true)
    expect(await isCooled(400, 1_000)).toBe(false)
  })
})

test('a ban of one visitor asks no other service and leaves the banned one first for the others', async () => {
  const asked: string[] = []
  const transport = transportTo({
    async post(url, _body, { clientIp }) {
      asked.push(`${url.hostname} ${clientIp}`)
      // As ejabberd answers when it has ended the session of a banned address before it looked for it.
      if (clientIp === '192.0.2.1') return Buffer.from(`<body ${XMLNS} type='terminate' condition='item-not-found'/>`)
      throw new XmppBoshError('ERR_XMPP_TIMEOUT', 'enough')
    },
    close() {},
  })
  const sessions = new BoundedSessions(settingsOf(TWO), { transport })
  const run = (clientIp: string) => sessions.run({ clientIp }, async () => 'opened')

  await expect(run('192.0.2.1')).rejects.toMatchObject({ code: 'ERR_XMPP_POLICY' })
  const tries = asked.length
  expect(asked.every(each => each === 'a.example 192.0.2.1')).toBe(true)
  await expect(run('192.0.2.1')).rejects.toMatchObject({ code: 'ERR_XMPP_POLICY' })
  expect(asked).toHaveLength(tries)
  await expect(run('192.0.2.2')).rejects.toMatchObject({ code: 'ERR_XMPP_TIMEOUT' })
  expect(asked[tries]).toBe('a.example 192.0.2.2')
  await sessions.close()
})
