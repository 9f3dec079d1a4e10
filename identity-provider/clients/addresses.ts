import { isValid, parse } from 'ipaddr.js'
import type { Entry } from './shape'

const LOOPBACK = new Set(['localhost', '[::1]'])
/** Hosts on loopback that oidc-provider knows: a native application may use any of their ports. */
const OF_NATIVE = new Set([...LOOPBACK, '127.0.0.1'])
/** All of 127.0.0.0/8 (RFC 1122 §3.2.1.3). A URL writes it in decimal. */
const LOOPBACK_NET = '127.'

/** Returns the fault of an address for one purpose. */
export type AddressCheck = (url: URL) => string | undefined

/** Returns the fault of an address. @param check checks it further, when it is an address */
export function faultOfAddress(address: string, check: AddressCheck): string | undefined {
  // URL would cut spaces and line breaks off, and the provider compares to the letter.
  if (!/^[!-~]+$/.test(address))
    return 'must consist of ASCII characters without spaces: write other ones in percent encoding'
  if (address.includes('*')) return 'must not have a wildcard: list each address'
  if (address.includes('#')) return 'must not have a fragment: remove # and what follows'
  if (!URL.canParse(address)) return 'must be an absolute URL, such as https://rp.example.org/callback'
  const url = new URL(address)
  if (url.username !== '' || url.password !== '') return 'must not have a user name or a password'
  return check(url)
}

/** Checks an address to which visitors return. */
export function returnCheck({ application_type = 'web' }: Entry, production: boolean): AddressCheck {
  const isNative = application_type === 'native'
  return ({ protocol, hostname }) => {
    const isLoopback = isOnLoopback(hostname)
    if (protocol === 'https:')
      return isNative && isLoopback ? 'must use http on loopback: it is a native application' : undefined
    if (protocol !== 'http:') return 'must use https'
    if (!isLoopback) return 'must use https: only loopback may use http'
    if (isNative && !OF_NATIVE.has(hostname))
      return 'must use localhost, 127.0.0.1 or [::1]: it is a native application'
    if (isNative || !production) return undefined
    return 'must use https: in production, only a native application may use http on loopback (application_type)'
  }
}

/** Checks an address that pages link to. */
export function linkCheck(production: boolean): AddressCheck {
  return ({ protocol, hostname }) => {
    if (protocol === 'https:' || (protocol === 'http:' && !production && isOnLoopback(hostname))) return undefined
    return 'must use https'
  }
}

/** Checks the address of a picture. */
export const logoCheck: AddressCheck = ({ protocol }) => (protocol === 'https:' ? undefined : 'must use https')

/** Checks an address that the provider itself calls. */
export function calledCheck({ private_network = false }: Entry): AddressCheck {
  return ({ protocol, hostname }) => {
    if (protocol !== 'https:' && protocol !== 'http:') return 'must use https'
    if (private_network) return undefined
    if (protocol === 'http:')
      return 'must use https, or http within a private network: set private_network to true then'
    return isPrivate(hostname) ? 'is a loopback or private address: set private_network to true to allow it' : undefined
  }
}

function isOnLoopback(hostname: string): boolean {
  return LOOPBACK.has(hostname) || (hostname.startsWith(LOOPBACK_NET) && isValid(hostname))
}

/** Tells if a host is an address that is not of the public internet. A name can still lead to one, which is seen later. */
function isPrivate(hostname: string): boolean {
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true
  const address = hostname.replace(/^\[|\]$/g, '')
  if (!isValid(address)) return false
  const parsed = parse(address)
  const isMapped = parsed.kind() === 'ipv6' && 'isIPv4MappedAddress' in parsed && parsed.isIPv4MappedAddress()
  return (isMapped ? parsed.toIPv4Address() : parsed).range() !== 'unicast'
}
