import type { Mechanism } from '../sasl/mechanism-names'

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
