import { isIP, isIPv4 } from 'node:net'
import { XmppBoshError } from './errors'

/**
 * One IP address as it may stand in `X-Forwarded-For`; an IPv4 address written as IPv6 (`::ffff:192.0.2.1`) as IPv4.
 *
 * @throws {XmppBoshError} ERR_XMPP_CLIENT_IP for anything else
 */
export function clientIpOf(value: unknown): string {
  if (typeof value === 'string') {
    const mapped = /^::ffff:([0-9.]+)$/i.exec(value)?.[1]
    if (mapped !== undefined && isIPv4(mapped)) return mapped
    // The zone of a link-local address (RFC 4007 §11) means nothing to another machine.
    const [address = ''] = value.split('%')
    if (isIP(address) !== 0) return address
  }
  throw new XmppBoshError(
    'ERR_XMPP_CLIENT_IP',
    'the address to forward is not one IP address; see option `forwardClientIp`',
  )
}
