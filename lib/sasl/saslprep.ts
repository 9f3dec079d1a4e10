import { saslprep } from '@mongodb-js/saslprep'

/**
 * The password as SCRAM hashes it: SASLprep (RFC 4013), unassigned code points allowed so that emoji stay usable.
 * `undefined` for what it prohibits.
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
