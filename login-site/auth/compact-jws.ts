/** All that a decoder of base64url could take, and the dots between the parts. */
const OTHERS = /[^\w+/=.-]/g

/**
 * Tells whether a password looks like a compact JWS (RFC 7515 §7.1): three parts between dots, of which the first one is a
 * JSON object with the member `alg`. A password that only has two dots is not one.
 *
 * Every spelling counts of which a server could make one: SASLprep turns full-width letters and dots into those of ASCII and
 * drops soft hyphens, and a decoder may pass over white space and padding. Neither makes a JWS of a password that a person
 * chose.
 */
export function looksLikeCompactJws(password: string): boolean {
  const parts = password.normalize('NFKC').replace(OTHERS, '').split('.')
  return parts.length === 3 && isHeader(Buffer.from(parts[0] ?? '', 'base64url').toString())
}

function isHeader(text: string): boolean {
  try {
    const header: unknown = JSON.parse(text)
    return typeof header === 'object' && header !== null && Object.hasOwn(header, 'alg')
  } catch {
    return false
  }
}
