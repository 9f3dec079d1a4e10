import { isIP } from 'node:net'
import type { Domain } from '../jid'
import {
  FAILURE_DELAY_MS,
  MAX_CONCURRENT,
  MAX_CONCURRENT_TOP,
  MAX_FAILURE_DELAY_MS,
  MAX_ITERATIONS,
  MAX_ITERATIONS_TOP,
  MAX_QUEUE,
  MAX_RESPONSE_BYTES,
  MAX_RESPONSE_BYTES_TOP,
  MAX_SERVICES,
  MAX_TIMEOUT_MS,
  MIN_ITERATIONS,
  TIMEOUT_MS,
} from '../limits'
import { MECHANISM_NAMES, type Mechanism } from '../sasl'
import { type AccountSettings, accountSettingsOf } from './account-settings'
import { agentOf } from './agent'
import {
  type AgentLike,
  AUTHENTICATOR_OPTION_NAMES,
  type AuthenticatorOptions,
  type TlsOptions,
} from './authenticator-options'
import { assertKnown, assertObject, optionalBoolean, optionalInteger } from './checks'
import { domainOf, maxUsernameBytesOf } from './names'
import { urlOf } from './url'

/**
 * One `service` URL with the mechanisms that are allowed on it.
 *
 * @internal
 */
export interface Endpoint {
  readonly url: URL
  readonly mechanisms: readonly Mechanism[]
  /** true for https: and for a loopback address */
  readonly safe: boolean
}

/**
 * Checked options with the defaults filled in.
 *
 * @internal
 */
export interface Settings {
  readonly endpoints: readonly [Endpoint, ...Endpoint[]]
  readonly domain: Domain
  readonly maxUsernameBytes: number
  readonly bind: boolean
  readonly timeout: number
  readonly maxResponseBytes: number
  readonly minIterations: number
  readonly maxIterations: number
  readonly maxConcurrent: number
  readonly maxQueue: number
  readonly failureDelay: number
  readonly tls: TlsOptions | undefined
  readonly agent: AgentLike | undefined
  readonly account: AccountSettings
}

/**
 * Checks the options and fills in the defaults. Checks types as well: JavaScript callers have no compiler for that.
 *
 * @throws {TypeError} that names the option
 * @internal
 */
export function settingsOf(options: AuthenticatorOptions): Settings {
  assertObject(options, 'options')
  assertKnown(options, AUTHENTICATOR_OPTION_NAMES)
  const allowInsecure = optionalBoolean(options, 'allowInsecure') ?? false
  const minIterations = optionalInteger(options, 'minIterations', 1, MAX_ITERATIONS_TOP) ?? MIN_ITERATIONS
  const maxIterations = optionalInteger(options, 'maxIterations', 1, MAX_ITERATIONS_TOP) ?? MAX_ITERATIONS
  if (minIterations > maxIterations)
    throw new TypeError('option `minIterations` must not be larger than `maxIterations`')
  const endpoints = endpointsOf(options, allowInsecure)
  const bind = optionalBoolean(options, 'bind') ?? true
  return {
    endpoints,
    domain: domainOf(options.domain),
    maxUsernameBytes: maxUsernameBytesOf(options),
    bind,
    timeout: optionalInteger(options, 'timeout', 1, MAX_TIMEOUT_MS) ?? TIMEOUT_MS,
    maxResponseBytes: optionalInteger(options, 'maxResponseBytes', 1, MAX_RESPONSE_BYTES_TOP) ?? MAX_RESPONSE_BYTES,
    minIterations,
    maxIterations,
    maxConcurrent: optionalInteger(options, 'maxConcurrent', 1, MAX_CONCURRENT_TOP) ?? MAX_CONCURRENT,
    maxQueue: optionalInteger(options, 'maxQueue', 0, MAX_CONCURRENT_TOP) ?? MAX_QUEUE,
    failureDelay: optionalInteger(options, 'failureDelay', 0, MAX_FAILURE_DELAY_MS) ?? FAILURE_DELAY_MS,
    tls: tlsOf(options.tls),
    agent: agentOf(
      options.agent,
      options.tls,
      endpoints.map(({ url }) => url),
    ),
    account: accountSettingsOf(options, bind),
  }
}

function endpointsOf(options: AuthenticatorOptions, allowInsecure: boolean): [Endpoint, ...Endpoint[]] {
  if (options.service === undefined) throw missingService()
  const services: unknown = typeof options.service === 'string' ? [options.service] : options.service
  if (!Array.isArray(services) || services.length > MAX_SERVICES) {
    throw new TypeError(`option \`service\` must be a BOSH URL or an array of at most ${MAX_SERVICES} BOSH URLs`)
  }
  const mechanisms = allowedMechanisms(options.mechanisms)
  const [first, ...rest] = services.map(service => endpointOf(service, mechanisms, allowInsecure))
  if (first === undefined) throw missingService()
  return [first, ...rest]
}

function missingService(): TypeError {
  return new TypeError(
    'option `service` is missing: set it to the BOSH URL of the XMPP server, such as https://xmpp.example.com:5443/bosh',
  )
}

function endpointOf(service: unknown, allowed: readonly Mechanism[] | undefined, allowInsecure: boolean): Endpoint {
  // Of a list, or an environment variable that is not set.
  if (service === undefined || service === '') throw missingService()
  const url = typeof service === 'string' ? urlOf(service) : undefined
  if (url === undefined) throw new TypeError('option `service` must be a BOSH URL')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError('option `service` must be an https: URL, or an http: URL of a loopback address')
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new TypeError('option `service` must not contain credentials or a fragment')
  }
  const safe = url.protocol === 'https:' || isLoopback(url.hostname)
  if (!safe && !allowInsecure) {
    throw new TypeError(
      'option `service` is an http: URL of a host that is not loopback: use https:, or set `allowInsecure: true` on a private network',
    )
  }
  // On an insecure transport PLAIN must be named explicitly.
  const mechanisms = allowed ?? MECHANISM_NAMES.filter(name => safe || name !== 'PLAIN')
  return { url, mechanisms, safe }
}

// Not the names below .localhost: RFC 6761 §6.3 makes them loopback, but the resolver of glibc asks the DNS for them.
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
}

function allowedMechanisms(value: unknown): readonly Mechanism[] | undefined {
  if (value === undefined) return undefined
  const known: readonly string[] = MECHANISM_NAMES
  const valid = Array.isArray(value) && value.length > 0 && value.every(name => known.includes(name))
  if (!valid || new Set(value).size !== value.length) {
    throw new TypeError(`option \`mechanisms\` must be a non-empty array of distinct names from: ${known.join(', ')}`)
  }
  return [...value]
}

function tlsOf(value: unknown): TlsOptions | undefined {
  if (value === undefined) return undefined
  assertObject(value, 'option `tls`')
  assertKnown(value, ['ca', 'servername', 'minVersion'], 'tls.')
  const { ca, servername, minVersion } = value as TlsOptions
  const isPem = (item: unknown) => typeof item === 'string' || item instanceof Uint8Array
  if (ca !== undefined && !(Array.isArray(ca) ? ca.length > 0 && ca.every(isPem) : isPem(ca))) {
    throw new TypeError('option `tls.ca` must be PEM text, a Buffer, or an array of these')
  }
  if (servername !== undefined && (typeof servername !== 'string' || servername === '')) {
    throw new TypeError('option `tls.servername` must be a host name')
  }
  if (minVersion !== undefined && minVersion !== 'TLSv1.2' && minVersion !== 'TLSv1.3') {
    throw new TypeError("option `tls.minVersion` must be 'TLSv1.2' or 'TLSv1.3'")
  }
  // Without the names that are undefined: Node would take them in place of its own defaults.
  return {
    ...(ca !== undefined && { ca }),
    ...(servername !== undefined && { servername }),
    ...(minVersion !== undefined && { minVersion }),
  }
}
