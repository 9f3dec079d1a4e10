import { XmppBoshError } from '../../lib/errors/error'
import type { XmppBoshErrorCode } from '../../lib/errors/statuses'
import { Bans } from '../../lib/sessions/bans'
import { handClock } from '../fixtures/clock'

const URL_A = new URL('https://a.example/bosh')
const URL_B = new URL('https://b.example/bosh')
const banned = new XmppBoshError('ERR_XMPP_POLICY', 'the server ended the session: policy-violation', {
  condition: 'policy-violation',
})

function bans() {
  const clock = handClock()
  return { clock, bans: new Bans(clock) }
}
const refused = expect.objectContaining({
  code: 'ERR_XMPP_POLICY',
  status: 503,
  condition: 'policy-violation',
})

test('a ban is answered for 30 s without another request to the server', () => {
  const { clock, bans: remembered } = bans()
  remembered.record(URL_A, '192.0.2.1', banned)
  expect(() => remembered.assertNone(URL_A, '192.0.2.1')).toThrow(refused)
  clock.advance(29_999)
  expect(() => remembered.assertNone(URL_A, '192.0.2.1')).toThrow(refused)
  clock.advance(1)
  expect(remembered.assertNone(URL_A, '192.0.2.1')).toBeUndefined()
})

test('a ban is prolonged by another ban and not by a refused attempt', () => {
  const { clock, bans: remembered } = bans()
  remembered.record(URL_A, undefined, banned)
  clock.advance(20_000)
  expect(() => remembered.assertNone(URL_A, undefined)).toThrow(refused)
  clock.advance(10_000)
  expect(remembered.assertNone(URL_A, undefined)).toBeUndefined()

  remembered.record(URL_A, undefined, banned)
  clock.advance(20_000)
  remembered.record(URL_A, undefined, banned)
  clock.advance(20_000)
  expect(() => remembered.assertNone(URL_A, undefined)).toThrow(refused)
})

test('the ban of one visitor does not apply to another visitor, another service or the app itself', () => {
  const { bans: remembered } = bans()
  remembered.record(URL_A, '192.0.2.1', banned)
  expect(() => remembered.assertNone(URL_A, '192.0.2.1')).toThrow(refused)
  for (const [url, ip] of [
    [URL_A, '192.0.2.2'],
    [URL_A, '192.0.2.11'],
    [URL_A, undefined],
    [URL_B, '192.0.2.1'],
    [new URL('https://a.example/bosh2'), '192.0.2.1'],
    [new URL('https://a.example:5443/bosh'), '192.0.2.1'],
  ] as const) {
    expect(remembered.assertNone(url, ip)).toBeUndefined()
  }
})

test('a ban applies to every visitor of the service when no address is forwarded', () => {
  const { bans: remembered } = bans()
  remembered.record(URL_A, undefined, banned)
  expect(() => remembered.assertNone(new URL(URL_A), undefined)).toThrow(refused)
  expect(remembered.assertNone(URL_B, undefined)).toBeUndefined()
})

test('a bare HTTP status, which a firewall can send as well, is not a ban', () => {
  const { bans: remembered } = bans()
  remembered.record(URL_A, undefined, new XmppBoshError('ERR_XMPP_POLICY', 'HTTP status 403'))
  expect(remembered.assertNone(URL_A, undefined)).toBeUndefined()
})

test.each<XmppBoshErrorCode>([
  'invalid-credentials',
  'ERR_XMPP_UNAVAILABLE',
  'ERR_XMPP_BUSY',
  'ERR_XMPP_HTTP',
  'ERR_XMPP_TERMINATED',
  'ERR_XMPP_ABORTED',
])('%s is not a ban', code => {
  const { bans: remembered } = bans()
  remembered.record(URL_A, undefined, new XmppBoshError(code, 'x', { condition: 'policy-violation' }))
  expect(remembered.assertNone(URL_A, undefined)).toBeUndefined()
})

test.each([undefined, new Error('policy-violation'), { code: 'ERR_XMPP_POLICY' }])('%p is not a ban', reason => {
  const { bans: remembered } = bans()
  remembered.record(URL_A, undefined, reason)
  expect(remembered.assertNone(URL_A, undefined)).toBeUndefined()
})

describe('with 1,000 remembered bans', () => {
  const ip = (n: number) => `2001:db8::${n.toString(16)}`

  test('the next ban replaces the oldest', () => {
    const { bans: remembered } = bans()
    for (let n = 0; n < 1001; n++) remembered.record(URL_A, ip(n), banned)
    expect(remembered.assertNone(URL_A, ip(0))).toBeUndefined()
    expect(() => remembered.assertNone(URL_A, ip(1))).toThrow(refused)
    expect(() => remembered.assertNone(URL_A, ip(1000))).toThrow(refused)
  })

  test('a repeated ban counts as the newest and replaces no other', () => {
    const { bans: remembered } = bans()
    for (let n = 0; n < 1000; n++) remembered.record(URL_A, ip(n), banned)
    remembered.record(URL_A, ip(1), banned)
    for (let n = 0; n < 1000; n++) expect(() => remembered.assertNone(URL_A, ip(n))).toThrow(refused)
    remembered.record(URL_A, ip(1000), banned)
    remembered.record(URL_A, ip(1001), banned)
    expect(remembered.assertNone(URL_A, ip(0))).toBeUndefined()
    expect(() => remembered.assertNone(URL_A, ip(1))).toThrow(refused)
    expect(remembered.assertNone(URL_A, ip(2))).toBeUndefined()
  })
})
