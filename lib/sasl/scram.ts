import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { protocolError, XmppBoshError } from '../errors/error'
import { MAX_NONCE_LENGTH, MAX_SALT_BYTES, UNSENT_SALT_BYTES } from '../limits'
import { decodeBase64 } from './base64'
import type { Digest, SaslContext, SaslExchange } from './mechanism'
import { freshNonce } from './nonce'

// RFC 5802 §6: "n" means that the client does not support channel binding; §5.1: no authorization identity.
const GS2_HEADER = 'n,,'
const CHANNEL_BINDING = Buffer.from(GS2_HEADER).toString('base64')

const HASH_BYTES: Readonly<Record<Digest, number>> = { sha1: 20, sha256: 32, sha512: 64 }

/**
 * Returns a function that starts SCRAM (RFC 5802, RFC 7677) with the given hash. Specs pass it the `nonce` of a test
 * vector.
 */
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
  #isDerived = false
  #verified = false

  constructor(digest: Digest, context: SaslContext, nonce: string) {
    // RFC 5802 §5.1: "=" and "," in a name are written =3D and =2C.
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
    // RFC 5802 §7: a server that cannot send data with success (RFC 4422 §3.6) sends v= in a challenge.
    if (this.#verified) throw protocolError('the server sent a challenge after its last SCRAM message')
    this.#verify(payload)
    return { response: '' }
  }

  async withoutChallenge(iterations: number): Promise<void> {
    const { preparedPassword, derive } = this.#context
    if (this.#isDerived) return
    await derive(preparedPassword, randomBytes(UNSENT_SALT_BYTES), iterations, HASH_BYTES[this.#digest], this.#digest)
  }

  success(payload: string | undefined): void {
    if (this.#verified && payload) throw protocolError('the server sent two server signatures')
    if (!this.#verified) this.#verify(payload ?? '')
  }

  async #clientFinal(serverFirst: string): Promise<string> {
    const digest = this.#digest
    const context = this.#context
    const { serverNonce, salt, iterations, downgradeHash } = parseServerFirst(serverFirst, this.#nonce, context)
    if (downgradeHash !== undefined) assertNoDowngrade(downgradeHash, digest, context)

    this.#isDerived = true
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
    if (expected === undefined) throw serverProofError('the server reported success before the exchange was complete')
    const [verifier, ...extensions] = attributesOf(serverFinal, () =>
      serverProofError('the server signature is missing'),
    )
    const signature = verifier?.name === 'v' ? decodeBase64(verifier.value) : undefined
    if (signature === undefined) throw serverProofError('the server signature is missing')
    if (extensions.some(({ name }) => name === 'm'))
      throw protocolError('the server requires an unknown SCRAM extension')
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
      throw serverProofError('the server signature is wrong: the server does not know the password')
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
  const malformed = () => protocolError('the first SCRAM message of the server is malformed')
  const attributes = attributesOf(message, malformed)
  const names = attributes.map(({ name }) => name)
  // RFC 5802 §5.1: m= announces an extension that the client must support. None is supported here.
  if (names.includes('m')) throw protocolError('the server requires an unknown SCRAM extension')
  if (names.slice(0, 3).join('') !== 'rsi') throw malformed()
  const [serverNonce = '', salt64 = '', count = ''] = attributes.map(({ value }) => value)
  // RFC 5802 §5.1: printable ASCII that begins with the client's nonce and is longer
  if (
    serverNonce.length > MAX_NONCE_LENGTH ||
    serverNonce.length <= nonce.length ||
    !serverNonce.startsWith(nonce) ||
    !/^[!-+\--~]+$/.test(serverNonce)
  ) {
    throw serverProofError("the server's nonce does not extend the client's")
  }
  const salt = decodeBase64(salt64)
  if (salt === undefined || salt.length > MAX_SALT_BYTES)
    throw protocolError('the SCRAM salt of the server is malformed')
  const iterations = /^[1-9][0-9]{0,9}$/.test(count) ? Number(count) : Number.NaN
  if (!(iterations >= context.minIterations && iterations <= context.maxIterations)) {
    throw serverProofError(
      `the server's iteration count is not between ${context.minIterations} and ${context.maxIterations}; see options \`minIterations\` and \`maxIterations\``,
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

// XEP-0474 §6: the server sends a hash of its offer. A mismatch means that the offer was changed on the way.
function assertNoDowngrade(hash: string, digest: Digest, { offered, channelBindings }: SaslContext): void {
  const bindings = channelBindings.length > 0 ? `\x1f${sorted(channelBindings)}` : ''
  const expected = createHash(digest)
    .update(sorted(offered) + bindings)
    .digest()
  const received = decodeBase64(hash)
  if (received === undefined || received.length !== expected.length || !timingSafeEqual(received, expected)) {
    throw serverProofError('the mechanisms received are not those the server offered (possible downgrade attack)')
  }
}

// i;octet (RFC 4790 §9.3): the names are ASCII, so comparing code units suffices.
function sorted(names: readonly string[]): string {
  return [...names].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)).join('\x1e')
}

function hmac(digest: Digest, key: Buffer, message: string): Buffer {
  return createHmac(digest, key).update(message).digest()
}

function xor(a: Buffer, b: Buffer): Buffer {
  return Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)))
}

function serverProofError(message: string): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_SERVER_PROOF', message)
}
