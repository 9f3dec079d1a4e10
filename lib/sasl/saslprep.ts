import { saslprep } from '@mongodb-js/saslprep'

/**
 * Returns the password as SCRAM hashes it, prepared with SASLprep (RFC 4013), or `undefined` if SASLprep prohibits it.
 * Unassigned code points are allowed, so that emoji stay usable.
 */
export function preparePassword(password: string): string | undefined {
  if (/^[ -~]*$/.test(password)) return password
  try {
    const prepared = saslprep(password, { allowUnassigned: true })
    return prepared === '' ? undefined : prepared
  } catch {
    return undefined
  }
}
