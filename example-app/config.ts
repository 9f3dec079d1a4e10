import { randomBytes, X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { AuthenticatorOptions, Mechanism } from 'passport-xmpp-bosh'
import { type Branding, readBranding } from './branding/branding'
import { ConfigError, textOf } from './config/readers'
import type { Environment } from './config/variables'

export { ConfigError }

export interface Config {
  readonly host: string
  readonly port: number
  readonly production: boolean
  readonly trustProxy: false | number | readonly string[]
  readonly sessionSecret: string
  /** `undefined`: sessions and limits are kept in this process */
  readonly redisUrl: string | undefined
  /** visitors can create accounts */
  readonly registration: boolean
  /** hosts that may serve the pictures of captchas */
  readonly captchaHosts: readonly string[]
  readonly branding: Branding
  /** `service` is `undefined` for the demo server */
  readonly xmpp: Omit<AuthenticatorOptions, 'service'> & {
    service: readonly string[] | undefined
    forwardClientIp: boolean
  }
}

const MAX_PROXIES = 10
const MIN_SECRET_LENGTH = 32
/** Length of a name that every server can hold: Openfire ends at 64 characters. */
const MAX_USERNAME_BYTES = 64

/** @throws {ConfigError} */
export function readConfig(env: Environment): Config {
  const production = env['NODE_ENV'] === 'production'
  const service = listOf(env, 'XMPP_SERVICE')
  const domain = textOf(env, 'XMPP_DOMAIN')
  if (production && !service) {
    throw new ConfigError('XMPP_SERVICE is required in production: the passwords of the demo users are public')
  }
  if (service && !domain) {
    throw new ConfigError('XMPP_DOMAIN is required with XMPP_SERVICE: the domain of the users, as in user@domain')
  }
  const mechanisms = listOf(env, 'XMPP_MECHANISMS')
  const ca = certificatesOf(env, 'XMPP_CA')
  return {
    host: textOf(env, 'HOST') ?? '127.0.0.1',
    port: portOf(env, 'PORT') ?? 5005,
    production,
    trustProxy: proxiesOf(env, 'TRUST_PROXY', production),
    sessionSecret: secretOf(env, 'SESSION_SECRET', production),
    redisUrl: redisUrlOf(env, 'REDIS_URL'),
    // Off by default for other servers: only the demo server is known to have a captcha.
    registration: switchOf(env, 'XMPP_REGISTRATION', !service),
    captchaHosts: listOf(env, 'XMPP_CAPTCHA_HOSTS') ?? [],
    branding: readBranding(env),
    xmpp: {
      service,
      domain: domain ?? 'localhost',
      maxUsernameBytes: MAX_USERNAME_BYTES,
      // The strategy checks the names.
      ...(mechanisms && { mechanisms: mechanisms as readonly Mechanism[] }),
      ...(ca !== undefined && { tls: { ca } }),
      allowInsecure: switchOf(env, 'XMPP_ALLOW_INSECURE'),
      forwardClientIp: switchOf(env, 'XMPP_FORWARD_CLIENT_IP'),
    },
  }
}

const VARIABLE_OF: Readonly<Record<string, string>> = {
  service: 'XMPP_SERVICE',
  domain: 'XMPP_DOMAIN',
  mechanisms: 'XMPP_MECHANISMS',
  allowInsecure: 'XMPP_ALLOW_INSECURE',
  'tls.ca': 'XMPP_CA',
  captchaHosts: 'XMPP_CAPTCHA_HOSTS',
}

/** Turns the library's error about an option into one about its variable. Returns any other error as it is. */
export function toConfigError(reason: unknown): unknown {
  if (!(reason instanceof TypeError)) return reason
  let found = false
  const message = reason.message
    .replace(/option `([\w.]+)`/g, (text, option: string) => {
      found ||= option in VARIABLE_OF
      return VARIABLE_OF[option] ?? text
    })
    .replace('`allowInsecure: true`', 'XMPP_ALLOW_INSECURE=on')
  return found ? new ConfigError(message) : reason
}

function listOf(env: Environment, name: string): string[] | undefined {
  const parts = textOf(env, name)?.split(',') ?? []
  const values = parts.map(part => part.trim()).filter(part => part !== '')
  return values.length > 0 ? values : undefined
}

function switchOf(env: Environment, name: string, otherwise = false): boolean {
  const value = textOf(env, name)?.toLowerCase()
  if (value === undefined) return otherwise
  if (['on', 'true', '1'].includes(value)) return true
  if (['off', 'false', '0'].includes(value)) return false
  throw new ConfigError(`${name} must be on or off`)
}

function portOf(env: Environment, name: string): number | undefined {
  const value = textOf(env, name)
  if (value === undefined) return undefined
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535) {
    throw new ConfigError(`${name} must be a port number from 0 (any free port) to 65535`)
  }
  return Number(value)
}

function secretOf(env: Environment, name: string, production: boolean): string {
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
function proxiesOf(env: Environment, name: string, production: boolean): Config['trustProxy'] {
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

function redisUrlOf(env: Environment, name: string): string | undefined {
  const value = textOf(env, name)
  if (value === undefined) return undefined
  if (URL.canParse(value) && ['redis:', 'rediss:'].includes(new URL(value).protocol)) return value
  // The message does not repeat the value: it may contain a password.
  throw new ConfigError(`${name} must be a URL such as redis://127.0.0.1:6379`)
}

function certificatesOf(env: Environment, name: string): string | undefined {
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
