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
    ['an IPv4 address with a port', { key: '203.0.113.9:5001' }, '203.0.113.9'],
    ['an IPv4-mapped address with a port', { key: '[::ffff:203.0.113.9]:5001' }, '203.0.113.9'],
    ['an IPv6 address with a port', { key: '[2001:db8::1]:443' }, '2001:db8:0:0'],
    ['an IPv6 address in brackets', { key: '[2001:db8::1]' }, '2001:db8:0:0'],
    ['an IPv6 address whose last group could be a port', { key: '2001:db8:0:7:1:2:3:443' }, '2001:db8:0:7'],
    ['an IPv4 address that NAT64 translated', { key: '64:ff9b::203.0.113.9' }, '203.0.113.9'],
    ['an IPv4 address that NAT64 translated, in hexadecimal', { key: '64:FF9B:0::CB00:7109' }, '203.0.113.9'],
    ['an IPv4 address with zeros that NAT64 translated', { key: '64:ff9b::7f00:1' }, '127.0.0.1'],
    ['an IPv4 address of one group that NAT64 translated', { key: '64:ff9b::9' }, '0.0.0.9'],
    ['an IPv4 address that ends in zeros, translated by NAT64', { key: '64:ff9b::a00:0' }, '10.0.0.0'],
    ['an address beside the network of NAT64', { key: '64:ff9b:1:7::cb00:7109' }, '64:ff9b:1:7'],
    ['a name with a port', { key: 'proxy.example:5001' }, 'proxy.example:5001'],
    ['an address with something that is no port', { key: '203.0.113.9:x' }, '203.0.113.9:x'],
    ['brackets without an address', { key: '[tenant]:7' }, '[tenant]:7'],
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
