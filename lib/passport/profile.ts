import { displayDomain, displayLocalpart } from '../jid'
import type { Account } from '../login/account'
import type { VCard } from '../vcard/vcard'

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
   * a name could pass for an address, a link or markup. With option `profile: 'vcard'`, the name in the account's vCard, if
   * it has one: any account can give itself any name, so show `displayJid` beside it. To show, never to compare: escape it in
   * HTML.
   */
  readonly displayName: string
  /** `jid` as people read it: the localpart, `@`, domain in U-labels; to show, never to compare */
  readonly displayJid: string
  /** parts of the name in the account's vCard, with option `profile: 'vcard'`; see {@link VCard.name} */
  readonly name?: NonNullable<VCard['name']>
  /** e-mail addresses in the account's vCard, never verified, with option `profile: 'vcard'`; see {@link VCard.emails} */
  readonly emails?: VCard['emails']
  /** photo in the account's vCard, as a `data:` URL, with option `profile: 'vcard'`; see {@link VCard.photos} */
  readonly photos?: VCard['photos']
  /** roles of the account at this login, with option `roles`; not in the session, see {@link deserializeUser} */
  readonly roles?: readonly string[]
}

/** Returns the profile of the account with the given parts of a bare JID, with the vCard and the roles that a login read. */
export function profileOf({
  username,
  domain,
  vcard,
  roles,
}: Pick<Account, 'username' | 'domain' | 'vcard' | 'roles'>): Profile {
  const jid = `${username}@${domain}`
  const shownName = displayLocalpart(username)
  return {
    provider: 'xmpp',
    id: jid,
    jid,
    username,
    domain,
    displayName: vcard?.displayName ?? shownName,
    displayJid: `${shownName}@${displayDomain(domain)}`,
    ...(vcard?.name && { name: vcard.name }),
    ...(vcard && { emails: vcard.emails, photos: vcard.photos }),
    ...(roles && { roles }),
  }
}
