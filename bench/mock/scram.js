import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

const hash = (digest, bytes) => createHash(digest).update(bytes).digest()
const hmac = (digest, key, text) => createHmac(digest, key).update(text).digest()

/** Plays the server's side of SCRAM (RFC 5802) for one account, with keys derived beforehand. */
export function scramServer(digest, password, iterations) {
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, iterations, hash(digest, '').length, digest)
  const storedKey = hash(digest, hmac(digest, salted, 'Client Key'))
  const serverKey = hmac(digest, salted, 'Server Key')
  const saltAndCount = `s=${salt.toString('base64')},i=${iterations}`
  return {
    /** Returns the challenge for the client's first message. */
    first(clientFirst) {
      const bare = clientFirst.slice('n,,'.length)
      const nonce = bare.slice(bare.indexOf('r=') + 2) + randomBytes(12).toString('base64')
      return { bare, challenge: `r=${nonce},${saltAndCount}` }
    },
    /** Returns the server's last message, or `undefined` if the proof is wrong. */
    last({ bare, challenge }, clientFinal) {
      const [withoutProof, proof] = clientFinal.split(',p=')
      const authMessage = `${bare},${challenge},${withoutProof}`
      const signature = hmac(digest, storedKey, authMessage)
      const clientKey = Buffer.from(proof, 'base64').map((byte, index) => byte ^ signature[index])
      if (!hash(digest, clientKey).equals(storedKey)) return undefined
      return `v=${hmac(digest, serverKey, authMessage).toString('base64')}`
    },
  }
}
