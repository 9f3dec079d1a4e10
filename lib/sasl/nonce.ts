import { randomFillSync } from 'node:crypto'
import { NONCE_BYTES } from '../limits'

// Random bytes for many nonces are drawn at once, as in Node's `randomUUID`: few bytes cost as much as many.
const pool = Buffer.alloc(128 * NONCE_BYTES)
let used = pool.length

/** Returns an unpredictable SCRAM nonce (RFC 5802 §5.1) in base64, a new one for each call. */
export function freshNonce(): string {
  if (used === pool.length) {
    randomFillSync(pool)
    used = 0 // after the draw: if it throws, the next call tries again
  }
  const nonce = pool.toString('base64', used, used + NONCE_BYTES)
  used += NONCE_BYTES
  return nonce
}
