import type { Mechanism, SaslContext, SaslExchange } from './mechanism'
import { plain } from './plain'
import { scram } from './scram'

export { decodeBase64 } from './base64'
export type { Derive, Digest, Mechanism, SaslContext, SaslExchange } from './mechanism'
export { preparePassword } from './saslprep'

/** All mechanisms, strongest first, which is also the default order of preference. Add new ones here. */
const MECHANISMS: Readonly<Record<Mechanism, (context: SaslContext) => SaslExchange>> = {
  'SCRAM-SHA-512': scram('sha512'),
  'SCRAM-SHA-256': scram('sha256'),
  'SCRAM-SHA-1': scram('sha1'),
  PLAIN: plain,
}

/** Names of all mechanisms, strongest first. */
export const MECHANISM_NAMES = Object.keys(MECHANISMS) as readonly Mechanism[]

/** Returns the first allowed mechanism that the server offers (RFC 6120 §6.3.3), or `undefined` if there is none. */
export function chooseMechanism(allowed: readonly Mechanism[], offered: readonly string[]): Mechanism | undefined {
  return allowed.find(name => offered.includes(name))
}

/** Starts an exchange with the mechanism `name`. */
export function startExchange(name: Mechanism, context: SaslContext): SaslExchange {
  return MECHANISMS[name](context)
}
