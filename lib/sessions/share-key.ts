import { isIP } from 'node:net'
import { canonicalAddress } from '../bosh/forwarded-for'
import { MAX_KEY_LENGTH } from '../limits'
import type { LoginContext } from './context'

// As some proxies write the address of a client: "203.0.113.9:5001", "[2001:db8::1]:443".
const WITH_PORT = /^(?:\[([^\]]+)\]|([0-9.]+))(?::[0-9]{1,5})?$/
// RFC 6052 §2.1
const NAT64 = '64:ff9b:0:0:0:0:'

/**
 * Returns the key under which a visitor shares the slots. One visitor can use all addresses of an IPv6 network of 64 bits
 * (RFC 4291 §2.5.4), so that these are one key. Providers give larger networks as well, but of a size that an address does
 * not tell. Behind NAT64, the IPv4 address is the key, and the port of an address never counts. Any other text is a key as
 * it is, and anything else is like no key.
 */
export function shareKeyOf({ key, clientIp }: LoginContext): string {
  const given: unknown = key ?? clientIp
  if (typeof given !== 'string') return ''
  const text = given.slice(0, MAX_KEY_LENGTH)
  const [, bracketed, dotted] = WITH_PORT.exec(text) ?? []
  const address = bracketed ?? dotted ?? text
  const version = isIP(address)
  if (version === 0) return text
  return version === 6 ? networkOf(address) : address
}

function networkOf(ipv6: string): string {
  const address = canonicalAddress(ipv6)
  if (!address.includes(':')) return address
  const groups = groupsOf(address)
  const isNat64 = groups.join(':').startsWith(NAT64)
  return isNat64 ? canonicalAddress(`::ffff:${groups.slice(6).join(':')}`) : groups.slice(0, 4).join(':')
}

/** Returns the eight groups of an address in its canonical form. */
function groupsOf(address: string): string[] {
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const last = tail ? tail.split(':') : []
  // RFC 5952 §4.2: "::" stands for all groups of zeros that are missing.
  return [...groups, ...Array<string>(8 - groups.length - last.length).fill('0'), ...last]
}
