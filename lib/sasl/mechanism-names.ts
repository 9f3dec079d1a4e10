/** SASL mechanisms that this library speaks, strongest first: the default order of preference (RFC 6120 §6.3.3). */
export const MECHANISM_NAMES = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'] as const

/**
 * Name of a SASL mechanism that the library supports.
 *
 * @useDeclaredType
 *
 * @example
 * ```ts
 * import { Authenticator, type Mechanism } from 'passport-xmpp-bosh'
 *
 * const mechanisms: readonly Mechanism[] = ['SCRAM-SHA-256', 'SCRAM-SHA-1'] // never PLAIN
 *
 * export const authenticator = new Authenticator({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   mechanisms,
 * })
 * ```
 */
export type Mechanism = (typeof MECHANISM_NAMES)[number]
