import type { Mechanism } from '../sasl/mechanism-names'
import type { VCard } from '../vcard/vcard'

/**
 * Account of a successful login: the server verified its password.
 *
 * @example
 * ```ts
 * import { type Account, Authenticator } from 'passport-xmpp-bosh'
 *
 * const authenticator = new Authenticator({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
 *
 * const account: Account = await authenticator.authenticate({ username: 'alice', password: 'secret' })
 * console.log(account.jid) // alice@example.com: the key for a table of users
 * ```
 */
export interface Account {
  /**
   * bare JID: prepared localpart, `@`, domain as A-labels (RFC 7622 §3); the same for every login of the account; see
   * {@link displayJid} for a text to show
   */
  readonly jid: string
  /** localpart of `jid` */
  readonly username: string
  /** domain of `jid`, as A-labels */
  readonly domain: string
  /** SASL mechanism with which the server checked the password */
  readonly mechanism: Mechanism
  /**
   * roles of the account at this login, with option `roles`; empty if it has none or they could not be read. It may lose
   * them at any time: ask a {@link RoleReader} later
   */
  readonly roles?: readonly string[]
  /** vCard of the account, with option `profile: 'vcard'`; absent if it could not be read */
  readonly vcard?: VCard
}
