import { isIP } from 'node:net'
import type { Express, Request, RequestHandler } from 'express'
import { ipKeyGenerator } from 'express-rate-limit'
import ipaddr from 'ipaddr.js'

/** characters. Longer than any address with zone and port; a proxy may send anything. */
const MAX_LENGTH = 100
/** bits. The network that one visitor has at least (RFC 6177). */
const IPV6_NETWORK_BITS = 64

/** Key of all visitors whose address is unusable. */
const UNKNOWN = 'unknown'

/**
 * Makes `req.ip` the address of the visitor in one spelling, and lets `TRUST_PROXY` recognize a proxy in any spelling. A
 * proxy may write a port or brackets, and Express takes both as a part of the address.
 */
export function normaliseAddresses(app: Express): void {
  const isTrusted: (address: string, hop: number) => boolean = app.get('trust proxy fn')
  app.set('trust proxy', (address: string, hop: number) => isTrusted(addressIn(address) ?? address, hop))
  const normalise: RequestHandler = (req, _res, next) => {
    Object.defineProperty(req, 'ip', { value: addressIn(req.ip), configurable: true, enumerable: true })
    next()
  }
  app.use(normalise)
}

/** Returns the key that the attempts of a visitor are counted under. One visitor may have a whole IPv6 network. */
export function addressOf({ ip }: Request): string {
  const address = addressIn(ip)
  if (address === undefined) return UNKNOWN
  // Behind NAT64, all visitors with IPv4 are in one network (RFC 6052 §2.1).
  return ipaddr.parse(address).range() === 'rfc6052' ? address : ipKeyGenerator(address, IPV6_NETWORK_BITS)
}

/**
 * Returns the address in a text that a proxy sent, in its canonical spelling, without port and zone. IPv4 that is mapped to
 * IPv6 becomes IPv4. Returns `undefined` for anything but one address.
 */
export function addressIn(text: string | undefined): string | undefined {
  if (text === undefined || text.length > MAX_LENGTH) return undefined
  const bare = withoutPort(unquoted(text.trim()).trim()).replace(/%.*$/s, '')
  // Not by ipaddr.js, which takes `127.1` and `0x7f.0.0.1` as well.
  const family = isIP(bare)
  return family === 0 ? undefined : ipaddr.process(family === 6 ? inHexadecimal(bare) : bare).toString()
}

// ipaddr.js knows IPv4 at the end of `::ffff:` alone (RFC 4291 §2.2 has it at the end of any address). URLs spell it out.
function inHexadecimal(ipv6: string): string {
  return new URL(`http://[${ipv6}]`).hostname.slice(1, -1)
}

function unquoted(text: string): string {
  return /^"(.*)"$/s.exec(text)?.[1] ?? text
}

// `[2001:db8::1]:443`, `[2001:db8::1]`, `203.0.113.7:443`. RFC 7239 §6.3 has ports that are names, too (`:_secret`).
function withoutPort(text: string): string {
  const [, ipv6, ipv4] = /^(?:\[([^[\]]*)\]|([\d.]+))(?::[\w.-]+)?$/.exec(text) ?? []
  return ipv6 ?? ipv4 ?? text
}
