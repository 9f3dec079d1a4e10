import { isIPv4, isIPv6 } from 'node:net'
import { XmppBoshError } from '../errors/error'

/** Header that tells the server the visitor's address. */
export const FORWARDED_FOR = 'X-Forwarded-For'

/**
 * One IP address as it may stand in `X-Forwarded-For`; an IPv4 address written as IPv6 (`::ffff:192.0.2.1`) as IPv4.
 *
 * @throws {XmppBoshError} ERR_XMPP_CLIENT_IP for anything else
 */
export function clientIpOf(value: unknown): string {
  if (typeof value === 'string') {
    if (isIPv4(value)) return value
    // The zone of a link-local address (RFC 4007 §11) means nothing to another machine.
    if (isIPv6(value)) return unmapped(canonical(value.replace(/%.*$/s, '')))
  }
  throw new XmppBoshError(
    'ERR_XMPP_CLIENT_IP',
    'the address to forward is not one IP address; see option `forwardClientIp`',
  )
}

// RFC 5952, as URLs write it
function canonical(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1)
}

// RFC 4291 §2.5.5.2
function unmapped(address: string): string {
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(address) ?? []
  if (high === undefined || low === undefined) return address
  return [high, low].flatMap(part => [Number.parseInt(part, 16) >> 8, Number.parseInt(part, 16) & 255]).join('.')
}
