import { createPrivateKey, createPublicKey, sign, verify } from 'node:crypto'
import type { Keys } from '../../../identity-provider/keys/keys'
import type { Algorithm } from '../../../identity-provider/keys/signing-key'

const ENCODING = { dsaEncoding: 'ieee-p1363' } as const

/** Signs as oidc-provider does: with the first key that fits. Returns a compact JWS. */
export function signedBy({ jwks }: Keys, alg: Algorithm): string {
  const jwk = jwks.keys.find(key => key.alg === alg)
  if (!jwk) throw new Error(`no key for ${alg}`)
  const partOf = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const said = `${partOf({ alg, kid: jwk.kid })}.${partOf({ sub: 'xmpp:alice@localhost' })}`
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  return `${said}.${sign('sha256', Buffer.from(said), { key, ...ENCODING }).toString('base64url')}`
}

/** Verifies as a relying party does: with the published key that has the token's kid. */
export function verifies({ jwks }: Keys, token: string): boolean {
  const [head = '', body = '', signature = ''] = token.split('.')
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString())
  const jwk = jwks.keys.find(key => key.kid === kid)
  if (!jwk) return false
  const { kty = '', crv, e, n, x, y } = jwk
  const open = kty === 'RSA' ? { kty, e, n } : { kty, crv, x, y }
  const key = createPublicKey({ key: JSON.parse(JSON.stringify(open)), format: 'jwk' })
  return verify('sha256', Buffer.from(`${head}.${body}`), { key, ...ENCODING }, Buffer.from(signature, 'base64url'))
}
