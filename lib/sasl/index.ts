import type { SaslContext, SaslExchange } from './mechanism'
import type { Mechanism } from './mechanism-names'
import { plain } from './plain'
import { scram } from './scram'

export { decodeBase64 } from './base64'
export type { Derive, Digest, SaslContext, SaslExchange } from './mechanism'
export { MECHANISM_NAMES, type Mechanism } from './mechanism-names'
export { preparePassword } from './saslprep'

/** Client's side of every mechanism in `mechanism-names.ts`. */
const MECHANISMS: Readonly<Record<Mechanism, (context: SaslContext) => SaslExchange>> = {
  'SCRAM-SHA-512': scram('sha512'),
  'SCRAM-SHA-256': scram('sha256'),
  'SCRAM-SHA-1': scram('sha1'),
  PLAIN: plain,
}

/** Returns the first allowed mechanism that the server offers (RFC 6120 §6.3.3), or `undefined` if there is none. */
export function chooseMechanism(allowed: readonly Mechanism[], offered: readonly string[]): Mechanism | undefined {
  return allowed.find(name => offered.includes(name))
}

/** Starts an exchange with the mechanism `name`. */
export function startExchange(name: Mechanism, context: SaslContext): SaslExchange {
  return MECHANISMS[name](context)
}
