/**
 * Strict base64 (RFC 4648 §4, §3.5): padding demanded, no other alphabet, no stray bits. `undefined` for anything else;
 * `Buffer.from` alone would skip what it does not know.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
