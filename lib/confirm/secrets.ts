import { createHash, randomBytes, randomInt, timingSafeEqual } from 'node:crypto'
import { CONFIRM_ID_BYTES } from './limits'

/** Returns a random text for ids and nonces: base64url. */
export function newId(): string {
  return randomBytes(CONFIRM_ID_BYTES).toString('base64url')
}

/** Returns a random number of two or three digits, the first of which is not zero, that does not stand in `taken`. */
export function newNumber(digits: 2 | 3, taken: ReadonlySet<string> = new Set()): string {
  const free: string[] = []
  for (let number = 10 ** (digits - 1); number < 10 ** digits; number++) {
    if (!taken.has(String(number))) free.push(String(number))
  }
  return free[randomInt(free.length)] ?? ''
}

/** Crockford's base32: without I, L, O and U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const CODE_LENGTH = 8
const CODE = /^[0-9A-HJKMNP-TV-Z]{8}$/
/** Longest text that is read as a code, with spaces and dashes, in characters. */
const MAX_TYPED_CODE_LENGTH = 24

/** Returns a random code of 40 bits. */
export function newCode(): string {
  return Array.from({ length: CODE_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('')
}

/** Returns a code as the page shows it: `K7QF-92TD`. */
export function displayCode(code: string): string {
  return `${code.slice(0, CODE_LENGTH / 2)}-${code.slice(CODE_LENGTH / 2)}`
}

/** Text of two groups of four, with a dash or spaces between them or nothing. */
const TYPED_CODE = /^([\dA-Z]{4})[\s\p{Pd}]{0,3}([\dA-Z]{4})$/u

/** Returns the code that a text is, in any case, with a dash or spaces, and with the letters that look like digits. */
export function readCode(text: string): string | undefined {
  if (text.length > MAX_TYPED_CODE_LENGTH) return undefined
  const [, one = '', other = ''] = TYPED_CODE.exec(text.toUpperCase()) ?? []
  const code = `${one}${other}`.replace(/O/g, '0').replace(/[IL]/g, '1')
  return CODE.test(code) ? code : undefined
}

/** Compares two secrets in a time that tells nothing of them. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

/** Returns a short key of a store: its kind and a hash of the rest, so that it names no JID. */
export function keyOf(kind: string, ...parts: readonly string[]): string {
  return `${kind}:${digest(JSON.stringify(parts)).subarray(0, CONFIRM_ID_BYTES).toString('base64url')}`
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
