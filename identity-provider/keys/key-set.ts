import { randomBytes } from 'node:crypto'
import { ALGORITHMS, type Algorithm, faultOfKey, newSigningKey, type SigningKey } from './signing-key'

/** Keys that take effect and end together. */
export type KeySet = Readonly<Record<Algorithm, SigningKey>> & {
  /** signs cookies */
  readonly cookie: string
}

/** Content of the file of `OIDC_KEYS`. */
export interface KeyFile {
  /** time at which `current` took effect, in ISO 8601 */
  readonly since: string
  readonly current: KeySet
  /** Known before it signs: relying parties and other processes have read it when it does. */
  readonly next: KeySet
  /** Verifies the tokens and cookies that it signed before the last rotation; absent before the first one. */
  readonly previous?: KeySet
  readonly pairwise: string
  readonly picture: string
}

const SECRET_BYTES = 32
/** characters of a secret, in base64url */
const SECRET_LENGTH = Math.ceil((SECRET_BYTES * 8) / 6)

const newSecret = () => randomBytes(SECRET_BYTES).toString('base64url')

function newKeySet(): KeySet {
  return { RS256: newSigningKey('RS256'), ES256: newSigningKey('ES256'), cookie: newSecret() }
}

export function newKeyFile(now: Date): KeyFile {
  const [current, next] = [newKeySet(), newKeySet()]
  return { since: now.toISOString(), current, next, pairwise: newSecret(), picture: newSecret() }
}

/** Returns the keys after a rotation: the next ones sign, the current ones go on verifying. */
export function rotated({ current, next, pairwise, picture }: KeyFile, now: Date): KeyFile {
  return { since: now.toISOString(), current: next, next: newKeySet(), previous: current, pairwise, picture }
}

/** Returns keys none of which were in the file. The key of pairwise subjects stays: it signs nothing. */
export function replaced({ pairwise }: KeyFile, now: Date): KeyFile {
  return { ...newKeyFile(now), pairwise }
}

/** Returns the fault of a value that should be the content of the file. The text does not quote the value. */
export function faultOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return 'is not a JSON object'
  if ('keys' in value) return 'is a JWK set of another program'
  const { since, current, next, previous, pairwise, picture }: Partial<Record<keyof KeyFile, unknown>> = value
  if (typeof since !== 'string' || Number.isNaN(Date.parse(since))) return 'lacks the member since, a time'
  for (const [name, secret] of Object.entries({ pairwise, picture })) {
    if (!isSecret(secret)) return `lacks the member ${name}, a secret of ${SECRET_LENGTH} characters`
  }
  const sets = { current, next, ...(previous !== undefined && { previous }) }
  for (const [name, set] of Object.entries(sets)) {
    const fault = faultOfSet(set)
    if (fault) return `has a wrong member: ${name}${fault}`
  }
  return undefined
}

function faultOfSet(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return ' is missing'
  const set: Partial<Record<keyof KeySet, unknown>> = value
  for (const alg of ALGORITHMS) {
    const fault = faultOfKey(set[alg], alg)
    if (fault) return `.${alg} ${fault}`
  }
  return isSecret(set.cookie) ? undefined : `.cookie is not a secret of ${SECRET_LENGTH} characters`
}

function isSecret(value: unknown): value is string {
  return typeof value === 'string' && value.length >= SECRET_LENGTH
}
