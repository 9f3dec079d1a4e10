import { MAX_KEY_LENGTH } from '../../lib/limits'
import { shareKeyOf } from '../../lib/sessions/share-key'

describe('the key of a visitor', () => {
  test.each<[what: string, context: object, key: string]>([
    ['an IPv4 address', { key: '192.0.2.7' }, '192.0.2.7'],
    ['an IPv4-mapped address', { key: '::ffff:192.0.2.7' }, '192.0.2.7'],
    ['an IPv4-mapped address in hexadecimal', { key: '::FFFF:C000:207' }, '192.0.2.7'],
    ['an IPv6 address', { key: '2001:db8:0:7:1:2:3:4' }, '2001:db8:0:7'],
    ['another address of its network', { key: '2001:DB8:0000:7::9' }, '2001:db8:0:7'],
    ['an address that ends in zeros', { key: '2001:db8::' }, '2001:db8:0:0'],
    ['an address that begins with zeros', { key: '::1' }, '0:0:0:0'],
    ['an address with zeros between', { key: '2001:db8::7:1:2:3:4' }, '2001:db8:0:7'],
    ['an address with a zone', { key: 'fe80::1%eth0' }, 'fe80:0:0:0'],
    ['any other text', { key: 'tenant 7' }, 'tenant 7'],
    ['a malformed address', { key: '192.0.2.7, 10.0.0.1' }, '192.0.2.7, 10.0.0.1'],
    ['the forwarded address without a key', { clientIp: '2001:db8::1' }, '2001:db8:0:0'],
    ['the key beside a forwarded address', { key: 'a', clientIp: '192.0.2.7' }, 'a'],
    ['nothing', {}, ''],
    ['something that is not a text', { key: { toString: () => 'a' } }, ''],
  ])('is right for %s', (_, context, key) => {
    expect(shareKeyOf(context)).toBe(key)
  })

  test('has a bounded length', () => {
    expect(shareKeyOf({ key: 'x'.repeat(1_000_000) })).toBe('x'.repeat(MAX_KEY_LENGTH))
  })
})
