import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type JsonWebKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'

/** Algorithms that sign ID tokens */
export const ALGORITHMS = ['RS256', 'ES256'] as const

export type Algorithm = (typeof ALGORITHMS)[number]

/** A private key in the form that oidc-provider reads. */
export interface SigningKey extends JsonWebKey {
  readonly kid: string
  readonly alg: Algorithm
  readonly use: 'sig'
}

interface UnknownKey extends JsonWebKey {
  readonly kid?: string
  readonly alg?: string
  readonly use?: string
  readonly d?: string
}

const RSA_BITS = 2048
/** Thumbprint of the key that oidc-provider signs with until it gets another. It is public. */
const DEVELOPMENT_KEY = 'r1LkbBo3925Rb2ZFFrKyU3MVex9T2817Kx0vbi6i_Kc'

export function newSigningKey(alg: Algorithm): SigningKey {
  const { privateKey } =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: RSA_BITS })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = privateKey.export({ format: 'jwk' })
  return { ...jwk, kid: thumbprintOf(jwk), alg, use: 'sig' }
}

/** Returns the fault of a value that should be a private key for an algorithm. The text does not quote the value. */
export function faultOfKey(value: unknown, alg: Algorithm): string | undefined {
  if (typeof value !== 'object' || value === null) return 'is missing'
  const jwk: UnknownKey = { ...value }
  if (thumbprintOf(jwk) === DEVELOPMENT_KEY) return 'is the development key of oidc-provider, which is public'
  if (jwk.alg !== alg) return `is not a key for ${alg}: ${ALGORITHMS.join(' and ')} sign ID tokens, HS* and none do not`
  if (typeof jwk.d !== 'string') return 'lacks its private part'
  if (jwk.use !== 'sig') return 'is not a key to sign with'
  if (!isPair(jwk, alg))
    return `is not a valid ${alg === 'RS256' ? `RSA key of ${RSA_BITS} bits or more` : 'P-256 key'}`
  return jwk.kid === thumbprintOf(jwk) ? undefined : 'has a kid that is not its thumbprint'
}

/** Tells if the key is one for the algorithm, and if its public part verifies the signatures of its private part. */
function isPair(jwk: JsonWebKey, alg: Algorithm): boolean {
  const { d: _, ...open } = jwk
  const said = Buffer.from('a text to sign')
  try {
    const key = createPrivateKey({ key: jwk, format: 'jwk' })
    return (
      fits(key, alg) && verify('sha256', said, createPublicKey({ key: open, format: 'jwk' }), sign('sha256', said, key))
    )
  } catch {
    // The reason may quote the key.
    return false
  }
}

function fits({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject, alg: Algorithm): boolean {
  if (alg === 'ES256') return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1'
  return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS
}

// RFC 7638 §3.2: the required members, in the order of their names.
function thumbprintOf({ kty, crv, e, n, x, y }: JsonWebKey): string {
  const members = kty === 'RSA' ? { e, kty, n } : { crv, kty, x, y }
  return createHash('sha256').update(JSON.stringify(members)).digest('base64url')
}
