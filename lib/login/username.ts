import { type Domain, escapeLocalpart, isSameDomain, prepareLocalpart } from '../jid'
import { MAX_JID_PART_BYTES } from '../limits'
import { assertKnown, assertObject } from '../options/checks'
import { domainOf, maxUsernameBytesOf } from '../options/names'

/** Localpart that a visitor's input names, or why it names none. */
export type ReadUsername = { readonly local: string } | { readonly fault: UsernameFault }

export type UsernameFault = 'missing' | 'too-long' | 'other-domain' | 'no-localpart' | 'over-limit'

const USERNAME_OPTION_NAMES: readonly (keyof UsernameOptions)[] = ['domain', 'maxUsernameBytes']
const BLANKS = ' \t\r\n'
// localpart "@" domainpart
const MAX_JID_BYTES = 2 * MAX_JID_PART_BYTES + 1

/**
 * Reads a user name or bare JID as typed: trims it, takes the domain off, escapes (XEP-0106) and prepares the localpart.
 * What stands behind the last `@` is the domain, since a name such as an e-mail address may hold one itself.
 *
 * @param domain of the accounts; `undefined`: a name with a domain names no account
 * @param maxBytes longest localpart, in bytes after the preparation
 */
export function readUsername(typed: string, domain: Domain | undefined, maxBytes: number): ReadUsername {
  if (isLonger(typed, MAX_JID_BYTES)) return { fault: 'too-long' }
  const name = trimBlanks(typed)
  if (name === '') return { fault: 'missing' }
  const at = name.lastIndexOf('@')
  if (at >= 0 && (!domain || !isSameDomain(name.slice(at + 1), domain))) {
    return { fault: 'other-domain' }
  }
  const localpart = at < 0 ? name : name.slice(0, at)
  if (isLonger(localpart, MAX_JID_PART_BYTES)) return { fault: 'too-long' }
  const escaped = escapeLocalpart(localpart)
  const local = escaped === undefined ? undefined : prepareLocalpart(escaped)
  if (local === undefined) return { fault: 'no-localpart' }
  return Buffer.byteLength(local) > maxBytes ? { fault: 'over-limit' } : { local }
}

/** Removes spaces, tabs and line ends around a text, in linear time. */
export function trimBlanks(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && BLANKS.includes(text.charAt(start))) start++
  while (start < end && BLANKS.includes(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

/** Tells whether a text is longer than `bytes` in UTF-8. */
export function isLonger(text: string, bytes: number): boolean {
  return text.length > bytes || Buffer.byteLength(text) > bytes
}

/**
 * Options of {@link prepareUsername}: those of the {@link Authenticator} with the same names.
 *
 * @example
 * ```ts
 * import { prepareUsername, type UsernameOptions } from 'passport-xmpp-bosh'
 *
 * const options: UsernameOptions = { domain: 'example.com', maxUsernameBytes: 64 }
 * console.log(prepareUsername('Alice@Example.com', options)) // alice
 * ```
 */
export interface UsernameOptions {
  /**
   * XMPP domain of the accounts. Without it, a name with an `@` names no account.
   *
   * @default undefined
   */
  domain?: string | undefined
  /**
   * Size of the longest user name, in bytes, from 1 to 1023.
   *
   * @default 1023
   */
  maxUsernameBytes?: number | undefined
}

/**
 * Prepares a user name as a login does: returns the `username` of the account that logs in with it, so that all spellings
 * of a name count as one. For limits, lists of blocked names and searches in the app.
 *
 * @param username user name or bare JID, as typed
 * @returns `undefined` for what names no account, such as a name of another domain; a login with it is refused unasked
 * @throws {TypeError} names the unknown or invalid option; no user name throws
 * @example
 * ```ts
 * import { prepareUsername } from 'passport-xmpp-bosh'
 *
 * const domain = 'example.com'
 * console.log(prepareUsername('Strauß', { domain })) // strauss
 * console.log(prepareUsername('STRAUSS@example.com', { domain })) // strauss
 * console.log(prepareUsername("o'neil", { domain })) // o\27neil
 * console.log(prepareUsername('alice@example.org', { domain })) // undefined
 * ```
 */
export function prepareUsername(username: string, options: UsernameOptions = {}): string | undefined {
  assertObject(options, 'options')
  assertKnown(options, USERNAME_OPTION_NAMES)
  const domain = options.domain === undefined ? undefined : domainOf(options.domain)
  const maxBytes = maxUsernameBytesOf(options)
  // A form field that is sent twice is an array.
  if (typeof username !== 'string') return undefined
  const read = readUsername(username, domain, maxBytes)
  return 'local' in read ? read.local : undefined
}
