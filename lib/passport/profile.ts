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
 * export const greeting = ({ displayName, jid }: Profile) => `Hello ${displayName}, you signed in as ${jid}`
 * ```
 */
export interface Profile {
  /** name of the provider, as in the profiles of other strategies */
  readonly provider: 'xmpp'
  /** same as `jid` */
  readonly id: string
  /** bare JID, the same for every login of the account (RFC 7622 §3) */
  readonly jid: string
  /** localpart of `jid` */
  readonly username: string
  /** domain of `jid`, as A-labels */
  readonly domain: string
  /** same as `username` */
  readonly displayName: string
}

/** Returns the profile of the account with the given parts of a bare JID. */
export function profileOf({ username, domain }: { username: string; domain: string }): Profile {
  const jid = `${username}@${domain}`
  return { provider: 'xmpp', id: jid, jid, username, domain, displayName: username }
}
