import { displayDomain, displayLocalpart } from '../jid'

/**
 * Profile of an XMPP account in Passport's normalized form: plain data. Without `verify` it is `req.user`.
 *
 * @example
 * ```ts
 * import type { Profile } from 'passport-xmpp-bosh'
 *
 * declare global {
 *   namespace Express {
 *     interface User extends Profile {} // types `req.user`
 *   }
 * }
 *
 * export const greeting = ({ displayName, displayJid }: Profile) => `Hello ${displayName}, you signed in as ${displayJid}`
 * ```
 */
export interface Profile {
  /** name of the provider, as in the profiles of other strategies */
  readonly provider: 'xmpp'
  /** same as `jid` */
  readonly id: string
  /** bare JID, the same for every login of the account (RFC 7622 §3) */
  readonly jid: string
  /** localpart of `jid`; a space is `\20` there, and `'` is `\27` (XEP-0106) */
  readonly username: string
  /** domain of `jid`, as A-labels */
  readonly domain: string
  /**
   * `username` as people read it: `o'neil` for `o\27neil`. The space, `'` and `&` are shown. Other escapes stay: with them,
   * a name could pass for an address, a link or markup. To show, never to compare: escape it in HTML.
   */
  readonly displayName: string
  /** `jid` as people read it: `displayName`, `@`, domain in U-labels; to show, never to compare */
  readonly displayJid: string
}

/** Returns the profile of the account with the given parts of a bare JID. */
export function profileOf({ username, domain }: { username: string; domain: string }): Profile {
  const jid = `${username}@${domain}`
  const displayName = displayLocalpart(username)
  return {
    provider: 'xmpp',
    id: jid,
    jid,
    username,
    domain,
    displayName,
    displayJid: `${displayName}@${displayDomain(domain)}`,
  }
}
