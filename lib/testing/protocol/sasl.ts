import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Digest, decodeBase64 } from '../../sasl'
import type { Mechanism } from '../../sasl/mechanism-names'
import type { Accounts, AskedAccount } from '../accounts'
import type { SaslHabits, SaslRefusal } from '../personalities/habits'

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
  | { readonly failure: SaslRefusal }

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
  readonly habits: SaslHabits
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

/** Refusal of a disabled or expired account before its password is looked at. */
function refusalAtOnce(account: AskedAccount | undefined, { disabled }: SaslHabits): ServerStep | undefined {
  const state = account?.refusal
  return state === undefined || (state === 'account-disabled' && disabled !== 'first') ? undefined : { failure: state }
}

/** Refusal of an account after its right password, with the condition that a proof gets. */
function refusalAtEnd({ refusal }: AskedAccount, { disabled }: SaslHabits, atProof: string): ServerStep | undefined {
  if (refusal !== 'account-disabled' || disabled === 'admitted') return undefined
  return { failure: disabled === 'proof' ? atProof : 'not-authorized' }
}

// RFC 4616 §2
function plainServer({ accounts, habits }: ServerContext): ServerExchange {
  return async (message, rewrite = unchanged) => {
    const { names } = habits
    const parts = message.split('\0')
    const [authzid = '', username = '', password = ''] = parts
    if (parts.length !== 3) return { failure: habits.undecodable }
    const local = names.asked(username)
    if (local === undefined) return { failure: habits.badName }
    if (password === '' && !habits.comparesEmpty) return { failure: habits.undecodable }
    const account = accounts.asked(username)
    const refusal = refusalAtOnce(account, habits)
    if (refusal) return refusal
    // RFC 4616 §2: an account may act for itself only.
    const [authorized = ''] = authzid.split('@')
    if (authzid !== '' && names.asked(authorized) !== local && !habits.ignoresAuthzid) return REFUSED
    if (!account) return REFUSED
    if (habits.password(password) === undefined) return { failure: habits.badPassword }
    if (!account.isPassword(password)) return REFUSED
    return refusalAtEnd(account, habits, 'not-authorized') ?? { success: rewrite(''), username }
  }
}

// RFC 5802 §5
function scramServer(digest: Digest, { accounts, mechanisms, habits }: ServerContext): ServerExchange {
  let finish: ((clientFinal: string, rewrite: (message: string) => string) => ServerStep) | undefined

  return async (message, rewrite = unchanged) => {
    if (finish) return finish(message, rewrite)
    // RFC 5802 §7, without channel binding. Real servers ignore the authzid.
    const first = /^([ny],(?:a=(?:[^,=]|=2C|=3D)+)?,)(n=((?:[^,=]|=2C|=3D)+),r=([!-+\--~]+))$/.exec(message)
    if (!first) return { failure: 'malformed-request' }
    const [, header = '', clientFirstBare = '', saslname = '', clientNonce = ''] = first
    if (header.startsWith('y') && !habits.takesCapable) return REFUSED
    const username = saslname.replaceAll('=2C', ',').replaceAll('=3D', '=')
    if (habits.names.asked(username) === undefined) return { failure: habits.badName }
    const account = accounts.asked(username)
    const refusal = refusalAtOnce(account, habits)
    if (refusal) return refusal
    // Most servers refuse an unknown account at once, because they do not have a salt to send.
    if (!account && !habits.challengesUnknown) return REFUSED
    const keys = await (account ? account.scramKeys(digest) : accounts.decoyKeys(username, digest))
    const nonce = clientNonce + randomBytes(18).toString('base64')
    const hash = createHash(digest)
      .update([...mechanisms].sort().join('\x1e'))
      .digest('base64')
    // XEP-0474 §6
    const protection = habits.protectsOffer ? `,h=${hash}` : ''
    const serverFirst = rewrite(`r=${nonce},s=${keys.salt.toString('base64')},i=${keys.iterations}${protection}`)

    finish = (clientFinal, rewriteFinal) => {
      const [, withoutProof = '', proof64 = ''] = /^(c=[^,]+,r=[^,]+),p=(.*)$/.exec(clientFinal) ?? []
      const proof = decodeBase64(proof64)
      const expected = `c=${Buffer.from(header).toString('base64')},r=${nonce}`
      if (withoutProof !== expected || proof === undefined) return { failure: 'malformed-request' }
      const authMessage = `${clientFirstBare},${serverFirst},${withoutProof}`
      const right = account && isProof(proof, keys.storedKey, authMessage, digest)
      if (!right) return REFUSED
      const verifier = createHmac(digest, keys.serverKey).update(authMessage).digest('base64')
      return refusalAtEnd(account, habits, 'account-disabled') ?? { success: rewriteFinal(`v=${verifier}`), username }
    }
    return { challenge: serverFirst }
  }
}

// RFC 5802 §3
function isProof(proof: Buffer, storedKey: Buffer, authMessage: string, digest: Digest): boolean {
  const signature = createHmac(digest, storedKey).update(authMessage).digest()
  if (proof.length !== signature.length) return false
  const clientKey = proof.map((byte, index) => byte ^ (signature[index] ?? 0))
  return timingSafeEqual(createHash(digest).update(clientKey).digest(), storedKey)
}
