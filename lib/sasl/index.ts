import type { SaslContext, SaslExchange } from './mechanism'
import { plain } from './plain'
import { scram } from './scram'

export { decodeBase64 } from './base64'
export type { Derive, Digest, SaslContext, SaslExchange } from './mechanism'
export { preparePassword } from './saslprep'

const MECHANISMS = {
  'SCRAM-SHA-512': scram('sha512'),
  'SCRAM-SHA-256': scram('sha256'),
  'SCRAM-SHA-1': scram('sha1'),
  PLAIN: plain,
} satisfies Record<string, (context: SaslContext) => SaslExchange>

/** A mechanism this library speaks; `options.ts` says which are allowed, in which order. */
export type MechanismName = keyof typeof MECHANISMS

/** RFC 6120 §6.3.3: the client's order decides. `undefined`: nothing in common. */
export function chooseMechanism(
  allowed: readonly MechanismName[],
  offered: readonly string[],
): MechanismName | undefined {
  return allowed.find(name => offered.includes(name))
}

/** Begins an exchange. */
export function startExchange(name: MechanismName, context: SaslContext): SaslExchange {
  return MECHANISMS[name](context)
}
