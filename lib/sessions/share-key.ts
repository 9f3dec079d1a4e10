import { isIPv6 } from 'node:net'
import { canonicalAddress } from '../bosh/forwarded-for'
import { MAX_KEY_LENGTH } from '../limits'
import type { LoginContext } from './context'

/**
 * Returns the key under which a visitor shares the slots. One visitor can use all addresses of an IPv6 network of 64 bits
 * (RFC 4291 §2.5.4), so that these are one key. Any other text is a key as it is, and anything else is like no key.
 */
export function shareKeyOf({ key, clientIp }: LoginContext): string {
  const given: unknown = key ?? clientIp
  if (typeof given !== 'string') return ''
  return isIPv6(given) ? networkOf(given) : given.slice(0, MAX_KEY_LENGTH)
}

function networkOf(ipv6: string): string {
  const address = canonicalAddress(ipv6)
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  // RFC 5952 §4.2: "::" stands for all groups of zeros that are missing.
  const zeros = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length)
  return [...groups, ...Array<string>(zeros).fill('0'), ...(tail ?? '').split(':')].slice(0, 4).join(':')
}
