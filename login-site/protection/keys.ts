import { hkdfSync } from 'node:crypto'

const KEY_BYTES = 32

/** Derives the key for one purpose from `SESSION_SECRET`, as hexadecimal text. No key reveals another one or the secret. */
export function keyFor(purpose: string, secret: string): string {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES)).toString('hex')
}
