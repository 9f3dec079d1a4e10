import { randomFillSync } from 'node:crypto'
import { NONCE_BYTES } from '../limits'

// Drawn for many at once, as node's own randomUUID does: few bytes cost as much as many.
const drawn = Buffer.alloc(128 * NONCE_BYTES)
let used = drawn.length

/** A nonce of SCRAM (RFC 5802 §5.1) that nobody can guess, in base64; each only once. */
export function freshNonce(): string {
  if (used === drawn.length) {
    randomFillSync(drawn)
    used = 0 // only now: where nothing could be drawn, the next call tries again
  }
  const nonce = drawn.toString('base64', used, used + NONCE_BYTES)
  used += NONCE_BYTES
  return nonce
}
