/**
 * Returns the bytes of strict base64 (RFC 4648 §4, §3.5), or `undefined` for anything else: missing padding, another
 * alphabet or stray bits. `Buffer.from` alone skips characters it does not know.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}
