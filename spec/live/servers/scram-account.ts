import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto'

const DIGESTS = { sha: 'sha1', sha256: 'sha256', sha512: 'sha512' }
const MECHANISMS = { sha: 'SCRAM-SHA-1', sha256: 'SCRAM-SHA-256', sha512: 'SCRAM-SHA-512' }

/**
 * Writes an account with the keys of RFC 5802 §3 and without a password, in the format of ejabberd's export and import
 * (XEP-0227), in which ejabberd writes base64 of base64.
 */
export function scramAccount(username: string, password: string, hash: keyof typeof DIGESTS): string {
  const digest = DIGESTS[hash]
  const salt = randomBytes(16)
  const salted = pbkdf2Sync(password, salt, 4096, createHash(digest).digest().length, digest)
  const key = (name: string) => createHmac(digest, salted).update(name).digest()
  const stored = createHash(digest).update(key('Client Key')).digest()
  const twice = (bytes: Buffer) => Buffer.from(bytes.toString('base64')).toString('base64')
  return `<?xml version='1.0' encoding='UTF-8'?><server-data xmlns='urn:xmpp:pie:0'><host jid='localhost'><user name='${username}'><scram-credentials xmlns='urn:xmpp:pie:0#scram' mechanism='${MECHANISMS[hash]}'><iter-count>4096</iter-count><salt>${twice(salt)}</salt><server-key>${twice(key('Server Key'))}</server-key><stored-key>${twice(stored)}</stored-key></scram-credentials></user></host></server-data>`
}
