import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'
import { codeOf, SecretFile } from '../keys/secret-file'

/**
 * The algorithm of chat tokens alone. ejabberd believes each token that the key has signed, so nothing else may be signed
 * with it: the provider signs ID tokens by RS256 or ES256, and this key cannot.
 */
export const CHAT_ALGORITHM = 'ES384'

/** A key of P-384 as a JSON Web Key. */
export interface ChatJwk {
  readonly kty: 'EC'
  readonly crv: 'P-384'
  readonly x: string
  readonly y: string
  readonly kid: string
  readonly alg: typeof CHAT_ALGORITHM
  readonly use: 'sig'
}

/** The key that signs chat tokens. */
export interface ChatKey {
  readonly publicJwk: ChatJwk
  readonly privateJwk: ChatJwk & { readonly d: string }
  /** path of the file with the public key, for `jwt_key` of ejabberd */
  readonly publicFile: string
}

const VARIABLE = 'OIDC_CHAT_KEY'
/** bytes */
const MAX_FILE_BYTES = 4_096
const CURVE = 'P-384'

/**
 * Reads the private key of a file with mode 0600, which is made at the first start, and writes the public key beside it.
 *
 * @throws ConfigError, which names `OIDC_CHAT_KEY` and never quotes the file
 */
export function openChatKey(path: string): ChatKey {
  const file = new SecretFile({
    variable: VARIABLE,
    path,
    kind: 'a file with a key',
    maxBytes: MAX_FILE_BYTES,
    ifRead: 'move it away: the provider makes another key',
  })
  if (!existsSync(path)) file.create(newKey())
  const key = keyIn(file.read(), path)
  const publicFile = `${path}.pub`
  writePublic(publicFile, key.publicJwk)
  return { ...key, publicFile }
}

function newKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: CURVE })
  return `${JSON.stringify(privateKey.export({ format: 'jwk' }))}\n`
}

function keyIn(text: string, path: string): Omit<ChatKey, 'publicFile'> {
  const key = privateKeyOf(text)
  if (!key)
    throw new ConfigError(`${VARIABLE}: ${path} has no private key of ${CURVE} (JWK). Move it away for a new one`)
  const { x = '', y = '', d = '' } = key.export({ format: 'jwk' })
  const publicJwk = { kty: 'EC', crv: CURVE, x, y, kid: thumbprint(x, y), alg: CHAT_ALGORITHM, use: 'sig' } as const
  return { publicJwk, privateJwk: { ...publicJwk, d } }
}

/** Returns `undefined` for a text that is not such a key. */
function privateKeyOf(text: string): KeyObject | undefined {
  try {
    const { kty, crv, x, y, d } = JSON.parse(text)
    if (crv !== CURVE) return undefined
    const key = createPrivateKey({ key: { kty, crv, x, y, d }, format: 'jwk' })
    const probe = Buffer.from('x and y belong to d')
    const isPair = verify('sha384', probe, createPublicKey(key), sign('sha384', probe, key))
    return isPair ? key : undefined
  } catch {
    return undefined
  }
}

// RFC 7638 §3: the members in the order of their names, without white space.
function thumbprint(x: string, y: string): string {
  const members = JSON.stringify({ crv: CURVE, kty: 'EC', x, y })
  return createHash('sha256').update(members).digest('base64url')
}

function writePublic(path: string, jwk: ChatJwk): void {
  const text = `${JSON.stringify(jwk)}\n`
  const whole = `${path}.${process.pid}.new`
  try {
    // A directory that cannot be written, such as that of a mounted secret, may hold both files.
    if (existsSync(path) && readFileSync(path, 'utf8') === text) return
    writeFileSync(whole, text)
    // Another umask would keep it from the XMPP server.
    chmodSync(whole, 0o644)
    renameSync(whole, path)
  } catch (reason) {
    throw new ConfigError(`${VARIABLE}: ${path} cannot be made (${codeOf(reason)})`)
  }
}
