import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Digest, decodeBase64 } from '../sasl'
import type { Accounts } from './accounts'

/** Mechanisms the test server knows. */
export type TestMechanism = 'PLAIN' | 'SCRAM-SHA-1' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'

/** What the server says next. Payloads are decoded strings. */
export type ServerStep =
  | { readonly challenge: string }
  | { readonly success: string; readonly username: string }
  | { readonly failure: string }

/** The server's side of one exchange: each message of the client, the initial response first. */
export type ServerExchange = (message: string) => Promise<ServerStep>

const DIGESTS: ReadonlyMap<string, Digest> = new Map([
  ['SCRAM-SHA-1', 'sha1'],
  ['SCRAM-SHA-256', 'sha256'],
  ['SCRAM-SHA-512', 'sha512'],
])
const REFUSED: ServerStep = { failure: 'not-authorized' }
const DISABLED: ServerStep = { failure: 'account-disabled' }

export function serverExchange(
  mechanism: TestMechanism,
  accounts: Accounts,
  offered: readonly string[],
): ServerExchange {
  const digest = DIGESTS.get(mechanism)
  return digest ? scramServer(digest, accounts, offered) : plainServer(accounts)
}

// RFC 4616 §2
function plainServer(accounts: Accounts): ServerExchange {
  return async message => {
    const [authzid, username = '', password = '', ...more] = message.split('\0')
    if (authzid !== '' || more.length > 0) return { failure: 'malformed-request' }
    if (accounts.isDisabled(username)) return DISABLED
    return accounts.isPassword(username, password) ? { success: '', username } : REFUSED
  }
}

// RFC 5802 §5, with the hash of what was offered (XEP-0474 §6), as ejabberd sends it
function scramServer(digest: Digest, accounts: Accounts, offered: readonly string[]): ServerExchange {
  let finish: ((clientFinal: string) => ServerStep) | undefined

  return async message => {
    if (finish) return finish(message)
    const first = /^n,,(n=((?:[^,=]|=2C|=3D)+),r=([!-+\--~]+))$/.exec(message)
    if (!first) return { failure: 'malformed-request' }
    const [, clientFirstBare = '', saslname = '', clientNonce = ''] = first
    const username = saslname.replaceAll('=2C', ',').replaceAll('=3D', '=')
    if (accounts.isDisabled(username)) return DISABLED
    // Real servers say so at once: there is no salt to send.
    const keys = await accounts.scramKeys(username, digest)
    if (!keys) return REFUSED
    const nonce = clientNonce + randomBytes(18).toString('base64')
    const hash = createHash(digest)
      .update([...offered].sort().join('\x1e'))
      .digest('base64')
    const serverFirst = `r=${nonce},s=${keys.salt.toString('base64')},i=${keys.iterations},h=${hash}`

    finish = clientFinal => {
      const [, withoutProof = '', proof64 = ''] = /^(c=biws,r=[^,]+),p=(.*)$/.exec(clientFinal) ?? []
      const proof = decodeBase64(proof64)
      if (withoutProof !== `c=biws,r=${nonce}` || proof === undefined) return { failure: 'malformed-request' }
      const authMessage = `${clientFirstBare},${serverFirst},${withoutProof}`
      const signature = createHmac(digest, keys.storedKey).update(authMessage).digest()
      if (proof.length !== signature.length) return REFUSED
      const clientKey = proof.map((byte, index) => byte ^ (signature[index] ?? 0))
      if (!timingSafeEqual(createHash(digest).update(clientKey).digest(), keys.storedKey)) return REFUSED
      return { success: `v=${createHmac(digest, keys.serverKey).update(authMessage).digest('base64')}`, username }
    }
    return { challenge: serverFirst }
  }
}
