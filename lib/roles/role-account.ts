import type { AbortSignalLike } from '../time/light-signal'
import type { Element } from '../xml/read'
import type { Node } from '../xml/write'

/**
 * Part of a {@link ServiceAccount} that a {@link RoleReader} needs. Every service account is one.
 *
 * @example
 * ```ts
 * import { type RoleAccount, RoleReader } from 'passport-xmpp-bosh'
 *
 * export const readerBy = (account: RoleAccount) => new RoleReader({ account, rooms: { admins: 'admins@rooms.example.com' } })
 * ```
 */
export interface RoleAccount {
  /** bare JID, prepared */
  readonly jid: string
  /** Resolves when the account is online. Rejects while the server refuses it, and when `signal` aborts. */
  ready(signal?: AbortSignalLike): Promise<void>
  /**
   * Sends a request and returns its answer, of type result or error.
   *
   * @internal
   */
  ask(
    iq: { readonly type: 'get'; readonly to?: string; readonly payload: Node },
    signal?: AbortSignalLike,
  ): Promise<Element>
}
