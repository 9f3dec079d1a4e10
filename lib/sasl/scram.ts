import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { protocolError, XmppBoshError } from '../errors/error'
import { MAX_NONCE_LENGTH, MAX_SALT_BYTES } from '../limits'
import { decodeBase64 } from './base64'
import type { Digest, SaslContext, SaslExchange } from './mechanism'
import { freshNonce } from './nonce'

// RFC 5802 §6: "n", the client does not support channel binding; §5.1: no authorization identity.
const GS2_HEADER = 'n,,'
const CHANNEL_BINDING = Buffer.from(GS2_HEADER).toString('base64')

const HASH_BYTES: Readonly<Record<Digest, number>> = { sha1: 20, sha256: 32, sha512: 64 }

/** SCRAM (RFC 5802, RFC 7677) with the given hash. `nonce` is for the vectors of the RFCs. */
export function scram(digest: Digest): (context: SaslContext, nonce?: string) => SaslExchange {
  return (context, nonce = freshNonce()) => new ScramExchange(digest, context, nonce)
}

class ScramExchange implements SaslExchange {
  readonly initial: string
  readonly #digest: Digest
  readonly #context: SaslContext
  readonly #nonce: string
  readonly #clientFirstBare: string
  #expectedSignature: Buffer | undefined
  #verified = false

  constructor(digest: Digest, context: SaslContext, nonce: string) {
    // RFC 5802 §5.1: "=" and "," of a name are written =3D and =2C.
    const saslname = context.username.replaceAll('=', '=3D').replaceAll(',', '=2C')
    this.#digest = digest
    this.#context = context
    this.#nonce = nonce
    this.#clientFirstBare = `n=${saslname},r=${nonce}`
    this.initial = GS2_HEADER + this.#clientFirstBare
  }

  async challenge(payload: string): Promise<{ response: string } | { error: string }> {
    const error = /^e=([^,]*)/.exec(payload)?.[1]
    if (error !== undefined) return { error }
    if (this.#expectedSignature === undefined) return { response: await this.#clientFinal(payload) }
    // RFC 5802 §7 with a server that cannot send data with success (RFC 4422 §3.6): v= comes in a challenge.
    if (this.#verified) throw protocolError('a challenge after the last one of SCRAM')
    this.#verify(payload)
    return { response: '' }
  }

  success(payload: string | undefined): void {
    if (this.#verified && payload) throw protocolError('two server signatures')
    if (!this.#verified) this.#verify(payload ?? '')
  }

  async #clientFinal(serverFirst: string): Promise<string> {
    const digest = this.#digest
    const context = this.#context
    const { serverNonce, salt, iterations, downgradeHash } = parseServerFirst(serverFirst, this.#nonce, context)
    if (downgradeHash !== undefined) assertNoDowngrade(downgradeHash, digest, context)

    // RFC 5802 §3
    const salted = await context.derive(context.preparedPassword, salt, iterations, HASH_BYTES[digest], digest)
    const clientKey = hmac(digest, salted, 'Client Key')
    const storedKey = createHash(digest).update(clientKey).digest()
    const withoutProof = `c=${CHANNEL_BINDING},r=${serverNonce}`
    const authMessage = `${this.#clientFirstBare},${serverFirst},${withoutProof}`
    const proof = xor(clientKey, hmac(digest, storedKey, authMessage))
    this.#expectedSignature = hmac(digest, hmac(digest, salted, 'Server Key'), authMessage)
    return `${withoutProof},p=${proof.toString('base64')}`
  }

  // RFC 5802 §7: server-final-message = verifier ["," extensions]
  #verify(serverFinal: string): void {
    const expected = this.#expectedSignature
    if (expected === undefined) throw serverProof('the server said success before the exchange was complete')
    const [verifier, ...extensions] = attributesOf(serverFinal, () => serverProof('the server signature is missing'))
    const signature = verifier?.name === 'v' ? decodeBase64(verifier.value) : undefined
    if (signature === undefined) throw serverProof('the server signature is missing')
    if (extensions.some(({ name }) => name === 'm')) throw protocolError('the server demands a SCRAM extension')
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw serverProof('the server signature is wrong: the server does not know the password')
    }
    this.#verified = true
  }
}

interface ServerFirst {
  serverNonce: string
  salt: Buffer
  iterations: number
  /** `h=`, XEP-0474 §6 */
  downgradeHash?: string
}

// RFC 5802 §7: server-first-message = [reserved-mext ","] nonce "," salt "," iteration-count ["," extensions]
function parseServerFirst(message: string, nonce: string, context: SaslContext): ServerFirst {
  const malformed = () => protocolError('the first message of the server is malformed')
  const attributes = attributesOf(message, malformed)
  const names = attributes.map(({ name }) => name)
  // RFC 5802 §5.1: m= announces an extension that must be understood; there is none we understand.
  if (names.includes('m')) throw protocolError('the server demands a SCRAM extension')
  if (names.slice(0, 3).join('') !== 'rsi') throw malformed()
  const [serverNonce = '', salt64 = '', count = ''] = attributes.map(({ value }) => value)
  // RFC 5802 §5.1: printable ASCII, begins with ours, and the server adds to it
  if (
    serverNonce.length > MAX_NONCE_LENGTH ||
    serverNonce.length <= nonce.length ||
    !serverNonce.startsWith(nonce) ||
    !/^[!-+\--~]+$/.test(serverNonce)
  ) {
    throw serverProof('the nonce of the server does not extend ours')
  }
  const salt = decodeBase64(salt64)
  if (salt === undefined || salt.length > MAX_SALT_BYTES) throw protocolError('the salt is malformed')
  const iterations = /^[1-9][0-9]{0,9}$/.test(count) ? Number(count) : Number.NaN
  if (!(iterations >= context.minIterations && iterations <= context.maxIterations)) {
    throw serverProof(
      `the iteration count of the server is not within ${context.minIterations} and ${context.maxIterations}; see options \`minIterations\` and \`maxIterations\``,
    )
  }
  const downgradeHash = attributes.find(({ name }) => name === 'h')?.value
  return { serverNonce, salt, iterations, ...(downgradeHash !== undefined && { downgradeHash }) }
}

// RFC 5802 §5.1: attr-val = ALPHA "=" value, each name once
function attributesOf(message: string, malformed: () => XmppBoshError): { name: string; value: string }[] {
  const attributes = message.split(',').map(attribute => {
    if (!/^[A-Za-z]=./s.test(attribute)) throw malformed()
    return { name: attribute.slice(0, 1), value: attribute.slice(2) }
  })
  if (new Set(attributes.map(({ name }) => name)).size !== attributes.length) throw malformed()
  return attributes
}

// XEP-0474 §6: the server hashes what it offered; if that is not what reached us, somebody took mechanisms away.
function assertNoDowngrade(hash: string, digest: Digest, { offered, channelBindings }: SaslContext): void {
  const bindings = channelBindings.length > 0 ? `\x1f${sorted(channelBindings)}` : ''
  const expected = createHash(digest)
    .update(sorted(offered) + bindings)
    .digest()
  const received = decodeBase64(hash)
  if (received === undefined || received.length !== expected.length || !timingSafeEqual(received, expected)) {
    throw serverProof('the mechanisms that arrived are not those the server offered (downgrade)')
  }
}

// i;octet (RFC 4790 §9.3): the names are ASCII, so code units do.
function sorted(names: readonly string[]): string {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join('\x1e')
}

function hmac(digest: Digest, key: Buffer, message: string): Buffer {
  return createHmac(digest, key).update(message).digest()
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)))
}

function serverProof(message: string): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_SERVER_PROOF', message)
}
