import { clientIpOf } from '../../lib/bosh/forwarded-for'

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['255.255.255.255', '255.255.255.255'],
  ['2001:db8::1', '2001:db8::1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['::1', '::1'],
  ['::', '::'],
  // An IPv4 address as reported by a socket that listens on both families
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['::ffff:c000:201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  // RFC 4007 §11: the zone is that of the app's machine
  ['fe80::1%eth0', 'fe80::1'],
  ['fe80::1%1', 'fe80::1'],
])('clientIpOf forwards %s as %s', (value, forwarded) => {
  expect(clientIpOf(value)).toBe(forwarded)
})

test.each<[what: string, value: unknown]>([
  ['undefined', undefined],
  ['null', null],
  ['an empty text', ''],
  ['a number', 3_221_225_985],
  ['an array of one', ['192.0.2.1']],
  ['an object', { address: '192.0.2.1' }],
  ['two addresses', '192.0.2.1, 198.51.100.1'],
  ['a zone behind IPv4', '192.0.2.1%eth0'],
  ['another header behind a zone', 'fe80::1%\r\nX-Admin: 1'],
  ['two addresses without a blank', '192.0.2.1,198.51.100.1'],
  ['a blank in front', ' 192.0.2.1'],
  ['a line feed behind', '192.0.2.1\n'],
  ['another header behind', '192.0.2.1\r\nX-Admin: 1'],
  ['another header behind a mapped one', '::ffff:192.0.2.1\r\nX-Admin: 1'],
  ['a port', '192.0.2.1:5280'],
  ['brackets', '[2001:db8::1]'],
  ['a network', '192.0.2.0/24'],
  ['a name', 'localhost'],
  ['the word unknown of RFC 7239', 'unknown'],
  ['a short form', '127.1'],
  ['hexadecimal', '0x7f.0.0.1'],
  ['a zero in front', '192.0.2.01'],
  ['a number that is too large', '192.0.2.256'],
  ['a number that is too large, mapped', '::ffff:192.0.2.256'],
  ['a mapping without an address', '::ffff:'],
  ['two mapped ones', '::ffff:192.0.2.1, ::ffff:198.51.100.1'],
  ['full-width digits', '１９２.0.2.1'],
])('clientIpOf refuses %s', (_, value) => {
  expect(() => clientIpOf(value)).toThrow(expect.objectContaining({ code: 'ERR_XMPP_CLIENT_IP', status: 500 }))
})

test('the error does not repeat the value', () => {
  expect(() => clientIpOf('SECRET')).toThrow(
    expect.objectContaining({ message: expect.not.stringContaining('SECRET') }),
  )
})
