/** SASL mechanisms that this library speaks, strongest first: the default order of preference (RFC 6120 §6.3.3). */
export const MECHANISM_NAMES = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'] as const

/**
 * Name of a SASL mechanism that this library speaks.
 *
 * @useDeclaredType
 */
export type Mechanism = (typeof MECHANISM_NAMES)[number]
