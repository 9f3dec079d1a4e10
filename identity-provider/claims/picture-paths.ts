import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { keyFor } from 'passport-xmpp-bosh-login-site/protection/keys'

/** Names of pictures in the addresses that relying parties get. */
export interface PicturePaths {
  nameOf(clientId: string, accountId: string): string
  /** Returns the account of a name, or `undefined` for a name that this provider did not make. */
  accountOf(name: string): string | undefined
}

const CIPHER = 'aes-256-gcm'
/** bytes */
const IV_BYTES = 12
const TAG_BYTES = 16
/** characters */
const MAX_LENGTH = 2_048

/**
 * Makes names of pictures: client and account, encrypted. A name cannot be guessed, stays the same, and two clients cannot tell
 * by it that they have the same visitor.
 */
export function picturePaths(key: string): PicturePaths {
  const secret = Buffer.from(keyFor('picture', key), 'hex')
  const ivKey = keyFor('picture iv', key)
  return {
    nameOf(clientId, accountId) {
      const text = JSON.stringify([clientId, accountId])
      // Made of the text, as in AES-GCM-SIV: two texts never share an IV, and a text always has the same name.
      const iv = createHmac('sha256', ivKey).update(text).digest().subarray(0, IV_BYTES)
      const cipher = createCipheriv(CIPHER, secret, iv)
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')
    },
    accountOf(name) {
      if (name.length > MAX_LENGTH) return undefined
      const bytes = Buffer.from(name, 'base64url')
      if (bytes.length <= IV_BYTES + TAG_BYTES) return undefined
      try {
        const decipher = createDecipheriv(CIPHER, secret, bytes.subarray(0, IV_BYTES))
        decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
        const text = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES), undefined, 'utf8') + decipher.final('utf8')
        // Sealed above, so it is a pair.
        const [, accountId] = JSON.parse(text) as [string, string]
        return accountId
      } catch {
        return undefined
      }
    },
  }
}
