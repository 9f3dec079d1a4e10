import type { Request } from 'express'
import type { App } from '../../example-app/app'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { addressIn, addressOf } from '../../login-site/protection/visitor-address'
import { appOn, eventsIn, type LogEntry, signIn, visitorOf } from './visitor'

const MAX_FOR_ACCOUNT = 10

/** Spellings of one address, by the address. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  '203.0.113.7': [
    '203.0.113.7',
    ' 203.0.113.7\t',
    '203.0.113.7:51234',
    '[203.0.113.7]:51234',
    '"203.0.113.7:51234"',
    '203.0.113.7:_hidden',
    '::ffff:203.0.113.7',
    '::FFFF:203.0.113.7',
    '[::ffff:203.0.113.7]:443',
    '::ffff:cb00:7107',
    '0:0:0:0:0:ffff:cb00:7107',
  ],
  '2001:db8::1': [
    '2001:db8::1',
    '2001:DB8::1',
    '2001:0db8:0000:0000:0000:0000:0000:0001',
    '[2001:db8::1]',
    '[2001:db8::1]:443',
    '"[2001:db8::1]:443"',
    ' "[2001:db8::1]" ',
  ],
  '::cb00:7107': ['::203.0.113.7', '0::203.0.113.7'],
  '64:ff9b::cb00:7107': ['64:ff9b::203.0.113.7', '[64:FF9B::CB00:7107]:443'],
  'fe80::1': ['fe80::1', 'fe80::1%eth0', 'FE80::1%25eth0', '[fe80::1%eth0]:80'],
}

/** Texts that do not name one address. */
const UNUSABLE = [
  '',
  ' ',
  'unknown',
  '_hidden',
  'for=203.0.113.7',
  '203.0.113.7, 203.0.113.8',
  '203.0.113.7 203.0.113.8',
  '203.0.113',
  '203.0.113.256',
  '0x7f.0.0.1',
  '127.1',
  '0177.0.0.1',
  '2001:db8::1::2',
  '[2001:db8::1',
  '2001:db8::1]:443',
  '[]',
  '203.0.113.7"',
  '203.0.113.7\nx',
]

const spellings = Object.entries(SPELLINGS).flatMap(([address, texts]) => texts.map(text => ({ address, text })))

const keyOf = (ip: string | undefined) => addressOf({ ip } as Request)

test.each(spellings)('an address that a proxy writes as $text is $address', ({ address, text }) => {
  expect(addressIn(text)).toBe(address)
  expect(keyOf(text)).toBe(keyOf(address))
})

test.each(UNUSABLE)('the text %j is not an address, and its visitor shares the key of all such visitors', text => {
  expect(addressIn(text)).toBeUndefined()
  expect(keyOf(text)).toBe('unknown')
})

test('a text that is longer than any address is not an address', () => {
  expect(addressIn(`[::1]:${'0'.repeat(10_000)}`)).toBeUndefined()
})

test('a request whose connection is gone has the key of an unusable address', () => {
  expect(keyOf(undefined)).toBe('unknown')
})

test('the key of an IPv6 address is its network of 64 bits', () => {
  expect(keyOf('2001:db8:0:1::1')).toBe(keyOf('2001:db8:0:1:ffff:ffff:ffff:ffff'))
  expect(keyOf('2001:db8:0:1::1')).not.toBe(keyOf('2001:db8:0:2::1'))
  expect(keyOf('203.0.113.7')).not.toBe(keyOf('203.0.113.8'))
})

test('the visitors behind a NAT64 have a key each', () => {
  expect(keyOf('64:ff9b::203.0.113.7')).not.toBe(keyOf('64:ff9b::203.0.113.8'))
  expect(keyOf('64:ff9b::203.0.113.7')).toBe(keyOf('64:ff9b::cb00:7107'))
})

describe('behind a proxy', () => {
  let xmpp: BoshServer
  let app: App
  let logged: LogEntry[]

  beforeAll(async () => {
    xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1' } })
  })
  afterEach(() => app.close())
  afterAll(() => xmpp.close())

  function start(env: Record<string, string>): void {
    xmpp.reset()
    ;({ app, logged } = appOn(xmpp, env))
  }

  const at = (forwarded: string) => visitorOf(app).set('X-Forwarded-For', forwarded)
  const forwardedIn = () => new Set(xmpp.requests.map(({ headers }) => headers['x-forwarded-for']))

  test('wrong passwords count together when the proxy sends another port with each', async () => {
    start({ TRUST_PROXY: '1' })
    for (let n = 0; n < MAX_FOR_ACCOUNT; n++) await signIn(at(`203.0.113.7:${50_000 + n}`), 'user1', 'a wrong one')
    expect((await signIn(at('203.0.113.7'), 'user1', 'user1')).status).toBe(429)
    expect((await signIn(at('::ffff:203.0.113.7'), 'user1', 'user1')).status).toBe(429)
    expect((await signIn(at('203.0.113.8:50000'), 'user1', 'user1')).headers['location']).toBe('/')
  })

  test.each(spellings)('the XMPP server and the log get $address when the proxy sends $text', async spelling => {
    start({ TRUST_PROXY: '1', XMPP_FORWARD_CLIENT_IP: 'on' })
    expect((await signIn(at(spelling.text), 'user1', 'user1')).headers['location']).toBe('/')
    expect(forwardedIn()).toEqual(new Set([spelling.address]))
    expect(eventsIn(logged)).toEqual([expect.objectContaining({ address: spelling.address })])
  })

  test('a login asks the XMPP server nothing when the address that it needs is unusable', async () => {
    start({ TRUST_PROXY: '1', XMPP_FORWARD_CLIENT_IP: 'on' })
    expect((await signIn(at('unknown'), 'user1', 'user1')).status).toBe(500)
    expect(xmpp.requests).toEqual([])
    expect(eventsIn(logged)).toEqual([
      expect.objectContaining({ address: 'unknown', event: 'login-failed', outcome: 'ERR_XMPP_CLIENT_IP' }),
    ])
  })

  test.each(['10.0.0.2', '10.0.0.2:443', '::ffff:10.0.0.2', '[::ffff:a00:2]:443'])(
    'a trusted proxy that is written as %s is not taken for the visitor',
    async proxy => {
      start({ TRUST_PROXY: 'loopback, 10.0.0.2' })
      await signIn(at(`198.51.100.1, 203.0.113.7:4000, ${proxy}`), 'user1', 'user1')
      expect(eventsIn(logged)).toEqual([expect.objectContaining({ address: '203.0.113.7' })])
    },
  )
})
