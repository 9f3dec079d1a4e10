import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { prepareLocalpart } from '../../jid'
import { type Digest, decodeBase64 } from '../../sasl'
import type { Mechanism } from '../../sasl/mechanism-names'
import type { Accounts } from '../accounts'
import type { Personality } from '../personality'

/** Names a mechanism that the test server knows. */
export type TestMechanism = Mechanism

/** What the server says next. Payloads are decoded strings. */
export type ServerStep =
  | { readonly challenge: string }
  | { readonly success: string; readonly username: string }
  | { readonly failure: string }

/**
 * The server's side of one exchange: each message of the client, the initial response first. `rewrite` changes what the
 * server says next, and the server believes that it said it so.
 */
export type ServerExchange = (message: string, rewrite?: (message: string) => string) => Promise<ServerStep>

/** What an exchange is about. */
export interface ServerContext {
  readonly accounts: Accounts
  /** as the server offers them */
  readonly mechanisms: readonly TestMechanism[]
  readonly personality: Personality
}

const DIGESTS: ReadonlyMap<string, Digest> = new Map([
  ['SCRAM-SHA-1', 'sha1'],
  ['SCRAM-SHA-256', 'sha256'],
  ['SCRAM-SHA-512', 'sha512'],
])
const REFUSED: ServerStep = { failure: 'not-authorized' }

const asItIs = (message: string) => message

export function serverExchange(mechanism: TestMechanism, context: ServerContext): ServerExchange {
  const digest = DIGESTS.get(mechanism)
  return digest ? scramServer(digest, context) : plainServer(context)
}

// RFC 4616 §2
function plainServer({ accounts, personality }: ServerContext): ServerExchange {
  return async (message, rewrite = asItIs) => {
    const [authzid = '', username = '', password = '', ...more] = message.split('\0')
    const local = prepareLocalpart(username)
    if (local === undefined || more.length > 0) return { failure: personality.undecodable }
    const state = accounts.refusal(username)
    if (state) return { failure: state }
    // RFC 4616 §2: to act for somebody else is nobody's right here.
    const [actsFor = ''] = authzid.split('@')
    const isOther = authzid !== '' && prepareLocalpart(actsFor) !== local
    if (isOther && !personality.ignoresAuthzid) return REFUSED
    return accounts.isPassword(username, password) ? { success: rewrite(''), username } : REFUSED
  }
}

// RFC 5802 §5
function scramServer(digest: Digest, { accounts, mechanisms, personality }: ServerContext): ServerExchange {
  let finish: ((clientFinal: string, rewrite: (message: string) => string) => ServerStep) | undefined

  return async (message, rewrite = asItIs) => {
    if (finish) return finish(message, rewrite)
    // RFC 5802 §7; no channel binding is offered. Real servers take no notice of the authzid.
    const first = /^([ny],(?:a=(?:[^,=]|=2C|=3D)+)?,)(n=((?:[^,=]|=2C|=3D)+),r=([!-+\--~]+))$/.exec(message)
    if (!first) return { failure: 'malformed-request' }
    const [, header = '', clientFirstBare = '', saslname = '', clientNonce = ''] = first
    const username = saslname.replaceAll('=2C', ',').replaceAll('=3D', '=')
    if (prepareLocalpart(username) === undefined) return { failure: personality.undecodable }
    const state = accounts.refusal(username)
    if (state) return { failure: state }
    // Real servers say so at once: there is no salt to send.
    const keys = await accounts.scramKeys(username, digest)
    if (!keys) return REFUSED
    const nonce = clientNonce + randomBytes(18).toString('base64')
    const hash = createHash(digest)
      .update([...mechanisms].sort().join('\x1e'))
      .digest('base64')
    // XEP-0474 §6
    const protection = personality.protectsOffer ? `,h=${hash}` : ''
    const serverFirst = rewrite(`r=${nonce},s=${keys.salt.toString('base64')},i=${keys.iterations}${protection}`)

    finish = (clientFinal, rewriteFinal) => {
      const [, withoutProof = '', proof64 = ''] = /^(c=[^,]+,r=[^,]+),p=(.*)$/.exec(clientFinal) ?? []
      const proof = decodeBase64(proof64)
      const expected = `c=${Buffer.from(header).toString('base64')},r=${nonce}`
      if (withoutProof !== expected || proof === undefined) return { failure: 'malformed-request' }
      const authMessage = `${clientFirstBare},${serverFirst},${withoutProof}`
      const signature = createHmac(digest, keys.storedKey).update(authMessage).digest()
      if (proof.length !== signature.length) return REFUSED
      const clientKey = proof.map((byte, index) => byte ^ (signature[index] ?? 0))
      if (!timingSafeEqual(createHash(digest).update(clientKey).digest(), keys.storedKey)) return REFUSED
      const verifier = createHmac(digest, keys.serverKey).update(authMessage).digest('base64')
      return { success: rewriteFinal(`v=${verifier}`), username }
    }
    return { challenge: serverFirst }
  }
}
