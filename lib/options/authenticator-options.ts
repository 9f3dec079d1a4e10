import { isIP } from 'node:net'
import { type Domain, prepareConfiguredDomain } from '../jid'
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

/** SASL mechanisms that can be allowed. */
export type Mechanism = 'SCRAM-SHA-512' | 'SCRAM-SHA-256' | 'SCRAM-SHA-1' | 'PLAIN'

/** Strongest first. PLAIN only counts over https or to a loopback address. */
export const DEFAULT_MECHANISMS: readonly Mechanism[] = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']

/** An `http.Agent` or `https.Agent`, as far as it matters here: node's own types are not needed to compile. */
export interface AgentLike {
  /** what it was made with; `rejectUnauthorized: false` among it is refused */
  readonly options?: object
  /** Ends its sockets; only who made it calls this. */
  destroy(): void
}

/** TLS of the connection to `service`; certificates are always verified. */
export interface TlsOptions {
  /** PEM, instead of the system's authorities */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /** the name the certificate must carry, when it is not the host of `service` */
  servername?: string
  /** the oldest version that is spoken, default `TLSv1.2` */
  minVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/** Where the accounts are and how they are asked for. */
export interface AuthenticatorOptions {
  /** BOSH URL, or several: the next is tried only while no credentials were sent */
  service: string | readonly string[]
  /** the XMPP domain users live on: half of everybody's identity, not the HTTP host */
  domain: string
  /** allow-list in order of preference; default SCRAM-SHA-512, -256, -1, PLAIN (PLAIN only over https or to loopback) */
  mechanisms?: readonly Mechanism[]
  /** default true: ask the server to bind a resource, which is where it applies its access rules and names the account */
  bind?: boolean
  /** ms, default 15000: one deadline for the whole login */
  timeout?: number
  /** bytes of one reply, default 65536 */
  maxResponseBytes?: number
  /** least SCRAM iterations accepted, default 4096 */
  minIterations?: number
  /** most SCRAM iterations accepted, default 100000 */
  maxIterations?: number
  /** logins in flight, default 50 */
  maxConcurrent?: number
  /** logins that wait for their turn, default 200; beyond: ERR_XMPP_BUSY */
  maxQueue?: number
  /** ms, default 300, 0 = off: a 401 is answered no earlier than this after the start */
  failureDelay?: number
  /** default false; true: `http:` to a host that is not loopback, for a private network */
  allowInsecure?: boolean
  /** not together with `agent` */
  tls?: TlsOptions
  /** own agent, e.g. of a proxy; the environment's proxies are never read */
  agent?: AgentLike
}

/**
 * One `service` URL and what may be used there.
 *
 * @internal
 */
export interface Endpoint {
  readonly url: URL
  readonly mechanisms: readonly Mechanism[]
  /** https, or to a loopback address */
  readonly safe: boolean
}

/**
 * Options checked, with the defaults filled in.
 *
 * @internal
 */
export interface Settings {
  readonly endpoints: readonly [Endpoint, ...Endpoint[]]
  readonly domain: Domain
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
}

export const AUTHENTICATOR_OPTION_NAMES = [
  'service',
  'domain',
  'mechanisms',
  'bind',
  'timeout',
  'maxResponseBytes',
  'minIterations',
  'maxIterations',
  'maxConcurrent',
  'maxQueue',
  'failureDelay',
  'allowInsecure',
  'tls',
  'agent',
] as const satisfies readonly (keyof AuthenticatorOptions)[]

/**
 * Checks options; written for JavaScript too, where nothing else does.
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
  if (minIterations > maxIterations) throw new TypeError('option `minIterations` is larger than `maxIterations`')
  const endpoints = endpointsOf(options, allowInsecure)
  return {
    endpoints,
    domain: domainOf(options.domain),
    bind: optionalBoolean(options, 'bind') ?? true,
    timeout: optionalInteger(options, 'timeout', 1, MAX_TIMEOUT_MS) ?? TIMEOUT_MS,
    maxResponseBytes: optionalInteger(options, 'maxResponseBytes', 1, MAX_RESPONSE_BYTES_TOP) ?? MAX_RESPONSE_BYTES,
    minIterations,
    maxIterations,
    maxConcurrent: optionalInteger(options, 'maxConcurrent', 1, MAX_CONCURRENT_TOP) ?? MAX_CONCURRENT,
    maxQueue: optionalInteger(options, 'maxQueue', 0, MAX_CONCURRENT_TOP) ?? MAX_QUEUE,
    failureDelay: optionalInteger(options, 'failureDelay', 0, MAX_FAILURE_DELAY_MS) ?? FAILURE_DELAY_MS,
    tls: tlsOf(options.tls),
    agent: agentOf(options.agent, options.tls, endpoints),
  }
}

function endpointsOf(options: AuthenticatorOptions, allowInsecure: boolean): [Endpoint, ...Endpoint[]] {
  const services: unknown = typeof options.service === 'string' ? [options.service] : options.service
  if (!Array.isArray(services) || services.length > MAX_SERVICES) {
    throw new TypeError(`option \`service\` must be a BOSH URL or an array of at most ${MAX_SERVICES}`)
  }
  const mechanisms = mechanismsOf(options.mechanisms)
  const [first, ...rest] = services.map(service => endpointOf(service, mechanisms, allowInsecure))
  if (first === undefined) throw new TypeError('option `service` must be a BOSH URL')
  return [first, ...rest]
}

function endpointOf(service: unknown, named: readonly Mechanism[] | undefined, allowInsecure: boolean): Endpoint {
  if (typeof service !== 'string' || !URL.canParse(service)) throw new TypeError('option `service` must be a BOSH URL')
  const url = new URL(service)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new TypeError('option `service` must be an https: URL (or http: to a loopback address)')
  }
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw new TypeError('option `service` must not hold credentials or a fragment')
  }
  const safe = url.protocol === 'https:' || isLoopback(url.hostname)
  if (!safe && !allowInsecure) {
    throw new TypeError(
      'option `service` is http: to a host that is not loopback; use https:, or set `allowInsecure: true` on a private network',
    )
  }
  // On an insecure transport only who names PLAIN gets it.
  const mechanisms = named ?? DEFAULT_MECHANISMS.filter(name => safe || name !== 'PLAIN')
  return { url, mechanisms, safe }
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    (isIP(hostname) === 4 && hostname.startsWith('127.'))
  )
}

function mechanismsOf(value: unknown): readonly Mechanism[] | undefined {
  if (value === undefined) return undefined
  const known: readonly string[] = DEFAULT_MECHANISMS
  const valid = Array.isArray(value) && value.length > 0 && value.every(name => known.includes(name))
  if (!valid || new Set(value).size !== value.length) {
    throw new TypeError(`option \`mechanisms\` must be a list of some of ${known.join(', ')}`)
  }
  return [...value]
}

function domainOf(value: unknown): Domain {
  const domain = typeof value === 'string' ? prepareConfiguredDomain(value) : undefined
  if (domain === undefined)
    throw new TypeError('option `domain` must be the XMPP domain of the users, as in user@domain')
  return domain
}

function tlsOf(value: unknown): TlsOptions | undefined {
  if (value === undefined) return undefined
  assertObject(value, 'option `tls`')
  assertKnown(value, ['ca', 'servername', 'minVersion'], 'tls.')
  const { ca, servername, minVersion } = value as TlsOptions
  const isPem = (one: unknown) => typeof one === 'string' || one instanceof Uint8Array
  if (ca !== undefined && !(Array.isArray(ca) ? ca.length > 0 && ca.every(isPem) : isPem(ca))) {
    throw new TypeError('option `tls.ca` must be PEM text, a Buffer, or an array of them')
  }
  if (servername !== undefined && (typeof servername !== 'string' || servername === '')) {
    throw new TypeError('option `tls.servername` must be a host name')
  }
  if (minVersion !== undefined && minVersion !== 'TLSv1.2' && minVersion !== 'TLSv1.3') {
    throw new TypeError("option `tls.minVersion` must be 'TLSv1.2' or 'TLSv1.3'")
  }
  return value as TlsOptions
}

function agentOf(value: unknown, tls: unknown, endpoints: readonly Endpoint[]): AgentLike | undefined {
  if (value === undefined) return undefined
  assertObject(value, 'option `agent`')
  if (typeof (value as AgentLike).destroy !== 'function') throw new TypeError('option `agent` must be an http(s).Agent')
  if (tls !== undefined)
    throw new TypeError('options `agent` and `tls` exclude each other: give the agent its own TLS options')
  if (((value as AgentLike).options as { rejectUnauthorized?: unknown } | undefined)?.rejectUnauthorized === false) {
    throw new TypeError('option `agent` has `rejectUnauthorized: false`: certificates must be verified')
  }
  const { minVersion, maxVersion } = ((value as AgentLike).options ?? {}) as {
    minVersion?: unknown
    maxVersion?: unknown
  }
  if ([minVersion, maxVersion].some(version => version === 'TLSv1' || version === 'TLSv1.1')) {
    throw new TypeError('option `agent` allows TLS 1.0 or 1.1: set its `minVersion` to TLSv1.2')
  }
  // Node's own agents say which protocol they speak; those of proxies find out.
  const protocol: unknown = Object.getOwnPropertyDescriptor(value, 'protocol')?.value
  if (typeof protocol === 'string' && endpoints.some(({ url }) => url.protocol !== protocol)) {
    throw new TypeError(`option \`agent\` speaks ${protocol} and \`service\` does not`)
  }
  return value as AgentLike
}

/** @throws {TypeError} */
export function assertObject(value: unknown, what: string): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${what} must be an object`)
}

/** @throws {TypeError} naming the first option that is not known */
export function assertKnown(options: object, known: readonly string[], prefix = ''): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`unknown option \`${prefix}${name}\``)
  }
}

/** @throws {TypeError} */
export function optionalBoolean<K extends string>(options: { [key in K]?: unknown }, name: K): boolean | undefined {
  const value = options[name]
  if (value === undefined || typeof value === 'boolean') return value as boolean | undefined
  throw new TypeError(`option \`${name}\` must be true or false`)
}

function optionalInteger<K extends string>(
  options: { [key in K]?: unknown },
  name: K,
  least: number,
  most: number,
): number | undefined {
  const value = options[name]
  if (value === undefined) return undefined
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new TypeError(`option \`${name}\` must be an integer from ${least} to ${most}`)
  }
  return value as number
}
