import type { Mechanism } from '../sasl/mechanism-names'
import type { RoleReaderLike, RoleRooms } from './role-options'

/**
 * Part of `http.Agent` and `https.Agent` that the library uses, so that its types compile without those of Node.
 *
 * @example
 * ```ts
 * import { Agent } from 'node:https'
 * import { Authenticator } from 'passport-xmpp-bosh'
 *
 * const agent = new Agent({ keepAlive: true, minVersion: 'TLSv1.2' })
 * const authenticator = new Authenticator({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   agent,
 * })
 *
 * // When the app stops: close() leaves the agent open.
 * await authenticator.close()
 * agent.destroy()
 * ```
 */
export interface AgentLike {
  /**
   * options the agent was created with; `rejectUnauthorized: false`, versions before TLS 1.2, and a `secureContext`, which
   * hides them, are refused
   */
  readonly options?: object
  /** Closes the agent's sockets. The library never calls it: the app that created the agent does. */
  destroy(): void
}

/**
 * TLS options of the connection to `service`. Certificates are always verified.
 *
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs'
 * import { Authenticator } from 'passport-xmpp-bosh'
 *
 * export const authenticator = new Authenticator({
 *   service: 'https://10.0.0.5:5443/bosh',
 *   domain: 'example.com',
 *   tls: { ca: readFileSync('/etc/ssl/certs/xmpp-ca.pem'), servername: 'xmpp.example.com' },
 * })
 * ```
 */
export interface TlsOptions {
  /**
   * Certificate authorities to trust, in PEM, in place of the default ones.
   *
   * @default Node's certificate authorities
   */
  ca?: string | Uint8Array | readonly (string | Uint8Array)[]
  /**
   * Name that the server's certificate must be valid for.
   *
   * @default the host of `service`
   */
  servername?: string
  /**
   * Oldest TLS version that is accepted.
   *
   * @default 'TLSv1.2'
   */
  minVersion?: 'TLSv1.2' | 'TLSv1.3'
}

/**
 * Options that name the XMPP server, bound the logins on it, and let a login read roles and profile. {@link Strategy} and
 * {@link Authenticator} take all of them, {@link Registration} all but `profile`, `roles` and `requireRole`. An unknown
 * option or an invalid value throws a `TypeError` that names the option.
 *
 * @example
 * ```ts
 * import { Authenticator, type AuthenticatorOptions } from 'passport-xmpp-bosh'
 *
 * const options: AuthenticatorOptions = {
 *   service: ['https://xmpp1.example.com:5443/bosh', 'https://xmpp2.example.com:5443/bosh'],
 *   domain: 'example.com',
 *   mechanisms: ['SCRAM-SHA-512', 'SCRAM-SHA-256'],
 *   timeout: 10_000, // ms
 * }
 * export const authenticator = new Authenticator(options)
 * ```
 */
export interface AuthenticatorOptions {
  /**
   * BOSH URL of the server, or up to 16 URLs of its nodes. If one fails, the next one is tried, but only before
   * credentials are sent. Use https:, or http: to a loopback address.
   */
  service: string | readonly string[]
  /** XMPP domain of the accounts: the part behind the `@` of a JID, which may differ from the host of `service`. */
  domain: string
  /**
   * Size of the longest user name with which the server is asked, in bytes, from 1 to 1023, counted as the server stores
   * it. Some servers cannot hold the longest: Openfire ends at 64 characters.
   *
   * @default 1023
   */
  maxUsernameBytes?: number
  /**
   * SASL mechanisms that may be used, in order of preference. By default, PLAIN is left out for a `service` with http:
   * to a host that is not loopback.
   *
   * @default ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']
   */
  mechanisms?: readonly Mechanism[]
  /**
   * true: binds a resource after SASL (RFC 6120 §7). The server applies its access rules and names the account in this
   * step. false: saves two requests, lets in accounts that the server blocks, and accepts only ASCII user names. MongooseIM
   * does not end such a session when it is asked to: it keeps it for 30 s.
   *
   * @default true
   */
  bind?: boolean
  /**
   * Deadline of the whole login, in ms, from 1 to 120000.
   *
   * @default 15000
   */
  timeout?: number
  /**
   * Largest reply of the server that is read, in bytes, from 1 to 1048576.
   *
   * @default 65536
   */
  maxResponseBytes?: number
  /**
   * Fewest SCRAM iterations that are accepted (RFC 5802 §5.1), from 1 to 1000000.
   *
   * @default 4096
   */
  minIterations?: number
  /**
   * Most SCRAM iterations that are accepted, from 1 to 1000000.
   *
   * @default 100000
   */
  maxIterations?: number
  /**
   * Number of logins in flight at the same time, from 1 to 100000.
   *
   * @default 50
   */
  maxConcurrent?: number
  /**
   * Number of logins that wait for one of `maxConcurrent`, from 0 to 100000. Visitors share both: a free place goes to the
   * visitor with the fewest logins in progress. When the queue is full, ERR_XMPP_BUSY rejects further logins of the
   * visitor who has the most waiting; see {@link LoginContext.key}.
   *
   * @default 200
   */
  maxQueue?: number
  /**
   * Least time from the start of a login to its refusal, in ms, from 0 (off) to 10000. A refusal also takes as long as
   * the slowest login or refusal lately seen, and up to an eighth longer at random, within `timeout`. The wait for other
   * logins comes on top. An unknown user, a wrong password and the right password of a blocked account then take equally
   * long.
   *
   * @default 300
   */
  failureDelay?: number
  /**
   * true: accepts http: to a host that is not loopback, for a private network.
   *
   * @default false
   */
  allowInsecure?: boolean
  /**
   * TLS options of the library's own agent. Not allowed together with `agent`.
   *
   * @default {}
   */
  tls?: TlsOptions
  /**
   * Agent for the requests, for example one that uses a proxy. It verifies the certificates. Proxies of the environment
   * are never used. The agent chooses a connection for each request, so that logins share its kept connections: for a
   * server that closes the connections of a session that ends (Tigase), give one with `keepAlive: false`. With `maxSockets`
   * below 2 × `maxConcurrent`, requests wait for each other, within `timeout`.
   *
   * @default agents of the library with keep-alive: each login has a connection of its own
   */
  agent?: AgentLike
  /**
   * 'vcard': reads the account's vCard (XEP-0054) after the login, for {@link Account.vcard} and {@link Profile}: name,
   * e-mail addresses and photo, as the account's owner wrote them. Needs `bind`. A vCard that cannot be read within 2 s and
   * 64 KiB is left out.
   *
   * @default undefined (nothing is read)
   */
  profile?: 'vcard'
  /**
   * Rooms that stand for roles, or a {@link RoleReader}: the login reads the roles of the account, for
   * {@link Account.roles} and {@link Profile}. With rooms, it asks on the visitor's own session, which needs `bind` and a
   * server that shows the lists of a room to its members. A role that cannot be read within 2 s is left out.
   *
   * @default undefined (nothing is read)
   */
  roles?: RoleRooms | RoleReaderLike
  /**
   * Role without which a login is refused: `role-required`, status 403. Also if the role could not be read.
   *
   * @default undefined (no role is required)
   */
  requireRole?: string
}

/** Names of the {@link AuthenticatorOptions} that name the server and bound the logins. */
export const SERVER_OPTION_NAMES = [
  'service',
  'domain',
  'maxUsernameBytes',
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

/** Names of all {@link AuthenticatorOptions}. */
export const AUTHENTICATOR_OPTION_NAMES = [
  ...SERVER_OPTION_NAMES,
  'profile',
  'roles',
  'requireRole',
] as const satisfies readonly (keyof AuthenticatorOptions)[]
