import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { prepareLocalpart } from '../../jid'
import { type Digest, decodeBase64 } from '../../sasl'
import type { Mechanism } from '../../sasl/mechanism-names'
import type { Accounts } from '../accounts'
import type { Personality } from '../personality'

/**
 * A mechanism that the test server knows.
 *
 * @example
 * ```ts
 * import { startBoshServer, type TestMechanism } from 'passport-xmpp-bosh/testing'
 *
 * const mechanisms: TestMechanism[] = ['SCRAM-SHA-1', 'PLAIN']
 * const xmpp = await startBoshServer({ domain: 'localhost', mechanisms })
 * await xmpp.close()
 * ```
 */
export type TestMechanism = Mechanism

/** The server's next message. Payloads are decoded strings. */
export type ServerStep =
  | { readonly challenge: string }
  | { readonly success: string; readonly username: string }
  | { readonly failure: string }

/**
 * The server's side of one exchange. It is called with each message of the client, the initial response first. `rewrite`
 * changes the server's next message, and the server goes on as if it had sent the changed one itself.
 */
export type ServerExchange = (message: string, rewrite?: (message: string) => string) => Promise<ServerStep>

/** The server's data that an exchange needs. */
export interface ServerContext {
  readonly accounts: Accounts
  /** in the order of the offer */
  readonly mechanisms: readonly TestMechanism[]
  readonly personality: Personality
}

const DIGESTS: ReadonlyMap<string, Digest> = new Map([
  ['SCRAM-SHA-1', 'sha1'],
  ['SCRAM-SHA-256', 'sha256'],
  ['SCRAM-SHA-512', 'sha512'],
])
const REFUSED: ServerStep = { failure: 'not-authorized' }

const unchanged = (message: string) => message

export function serverExchange(mechanism: TestMechanism, context: ServerContext): ServerExchange {
  const digest = DIGESTS.get(mechanism)
  return digest ? scramServer(digest, context) : plainServer(context)
}

// RFC 4616 §2
function plainServer({ accounts, personality }: ServerContext): ServerExchange {
  return async (message, rewrite = unchanged) => {
    const [authzid = '', username = '', password = '', ...more] = message.split('\0')
    const local = prepareLocalpart(username)
    if (local === undefined || more.length > 0) return { failure: personality.undecodable }
    const state = accounts.refusal(username)
    if (state) return { failure: state }
    // RFC 4616 §2: an account may act for itself only.
    const [authorized = ''] = authzid.split('@')
    const isOther = authzid !== '' && prepareLocalpart(authorized) !== local
    if (isOther && !personality.ignoresAuthzid) return REFUSED
    return accounts.isPassword(username, password) ? { success: rewrite(''), username } : REFUSED
  }
}

// RFC 5802 §5
function scramServer(digest: Digest, { accounts, mechanisms, personality }: ServerContext): ServerExchange {
  let finish: ((clientFinal: string, rewrite: (message: string) => string) => ServerStep) | undefined

  return async (message, rewrite = unchanged) => {
    if (finish) return finish(message, rewrite)
    // RFC 5802 §7, without channel binding. Real servers ignore the authzid.
    const first = /^([ny],(?:a=(?:[^,=]|=2C|=3D)+)?,)(n=((?:[^,=]|=2C|=3D)+),r=([!-+\--~]+))$/.exec(message)
    if (!first) return { failure: 'malformed-request' }
    const [, header = '', clientFirstBare = '', saslname = '', clientNonce = ''] = first
    const username = saslname.replaceAll('=2C', ',').replaceAll('=3D', '=')
    if (prepareLocalpart(username) === undefined) return { failure: personality.undecodable }
    const state = accounts.refusal(username)
    if (state) return { failure: state }
    // Real servers refuse an unknown account at once, because they do not have a salt to send.
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
