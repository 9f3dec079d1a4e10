import { randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { Environment } from './variables'

/** An invalid environment. The message begins with the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

/** The proxies whose `X-Forwarded-*` headers the app trusts: their number or their addresses. */
export type TrustProxy = false | number | readonly string[]

const MAX_PROXIES = 10
const MIN_SECRET_LENGTH = 32

// Empty counts as unset, because compose files pass an unset variable on as empty.
export function textOf(env: Environment, name: string): string | undefined {
  return env[name]?.trim() || undefined
}

export function listOf(env: Environment, name: string): string[] | undefined {
  const parts = textOf(env, name)?.split(',') ?? []
  const values = parts.map(part => part.trim()).filter(part => part !== '')
  return values.length > 0 ? values : undefined
}

export function switchOf(env: Environment, name: string, otherwise = false): boolean {
  const value = textOf(env, name)?.toLowerCase()
  if (value === undefined) return otherwise
  if (['on', 'true', '1'].includes(value)) return true
  if (['off', 'false', '0'].includes(value)) return false
  throw new ConfigError(`${name} must be on or off`)
}

export function portOf(env: Environment, name: string): number | undefined {
  const value = textOf(env, name)
  if (value === undefined) return undefined
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
    throw new ConfigError(`${name} must be a port number from 0 (any free port) to 65535`)
  }
  return Number(value)
}

export function secretOf(env: Environment, name: string, production: boolean): string {
  const secret = textOf(env, name)
  if (secret === undefined) {
    if (production) throw new ConfigError(`${name} is required in production: a long random text, kept secret`)
    return randomBytes(32).toString('hex')
  }
  if (secret.length < MIN_SECRET_LENGTH) {
    throw new ConfigError(`${name} must have at least ${MIN_SECRET_LENGTH} characters`)
  }
  return secret
}

// `true` is not allowed: it would trust any address that a visitor writes into the header.
export function proxiesOf(env: Environment, name: string, production: boolean): TrustProxy {
  const [first, ...rest] = listOf(env, name) ?? []
  if (first === undefined) {
    if (!production) return false
    throw new ConfigError(
      `${name} is required in production: the session cookie needs https, which a proxy in front of the app must provide`,
    )
  }
  if (rest.length === 0 && /^\d{1,2}$/.test(first) && Number(first) >= 1 && Number(first) <= MAX_PROXIES) {
    return Number(first)
  }
  const addresses = [first, ...rest]
  if (addresses.every(isAddressOrRange)) return addresses
  throw new ConfigError(
    `${name} must be the number of proxies in front of the app (1 to ${MAX_PROXIES}) or their addresses, separated by commas`,
  )
}

function isAddressOrRange(value: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(value)) return true
  const [address = '', bits, ...more] = value.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 1 && Number(bits) <= (family === 4 ? 32 : 128))
  )
}

export function redisUrlOf(env: Environment, name: string): string | undefined {
  const value = textOf(env, name)
  if (value === undefined) return undefined
  if (URL.canParse(value) && ['redis:', 'rediss:'].includes(new URL(value).protocol)) return value
  // The message does not repeat the value: it may contain a password.
  throw new ConfigError(`${name} must be a URL such as redis://127.0.0.1:6379`)
}

export function certificatesOf(env: Environment, name: string): string | undefined {
  const path = textOf(env, name)
  if (path === undefined) return undefined
  try {
    const pem = readFileSync(path, 'utf8')
    // Node would silently accept a file without a certificate as an empty list of authorities.
    new X509Certificate(pem)
    return pem
  } catch (reason) {
    const code = (reason as NodeJS.ErrnoException).code ?? 'unreadable'
    throw new ConfigError(`${name} must be the path of a PEM file with certificates (${code})`)
  }
}
