import { isIPv4, isIPv6 } from 'node:net'
import { XmppBoshError } from '../errors/error'

/** Name of the header that tells the server the visitor's address. */
export const FORWARDED_FOR = 'X-Forwarded-For'

/**
 * Returns an IP address as `X-Forwarded-For` carries it. An IPv4-mapped IPv6 address (`::ffff:192.0.2.1`) becomes IPv4.
 *
 * @throws {XmppBoshError} ERR_XMPP_CLIENT_IP for anything else
 */
export function clientIpOf(value: unknown): string {
  if (typeof value === 'string') {
    if (isIPv4(value)) return value
    if (isIPv6(value)) return canonicalAddress(value)
  }
  throw new XmppBoshError(
    'ERR_XMPP_CLIENT_IP',
    'the address to forward is not a single IP address; see option `forwardClientIp`',
  )
}

/** Returns an IPv6 address in its canonical form (RFC 5952), and an IPv4-mapped one as IPv4. */
export function canonicalAddress(ipv6: string): string {
  // The zone of a link-local address (RFC 4007 §11) has no meaning on another machine.
  return unmapped(canonical(ipv6.replace(/%.*$/s, '')))
}

// URLs use the canonical form.
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1)
}

// RFC 4291 §2.5.5.2
function unmapped(address: string): string {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? []
  if (high === undefined || low === undefined) return address
  return [high, low].flatMap(part => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255]).join('.')
}
