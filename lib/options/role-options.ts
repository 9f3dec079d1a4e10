/**
 * Room that stands for a role, with its owners.
 *
 * @example
 * ```ts
 * import { Authenticator, type RoleRoom } from 'passport-xmpp-bosh'
 *
 * const admins: RoleRoom = {
 *   room: 'admins@rooms.example.com',
 *   owners: ['owner-9f86d081884c7d659a2feaa0c55ad015@example.com'], // as make-room prints it
 * }
 * const authenticator = new Authenticator({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   roles: { admins },
 * })
 * ```
 */
export interface RoleRoom {
  /** bare JID of the room */
  readonly room: string
  /**
   * bare JIDs of all owners of the room. A room with other owners gives no role: a room that was destroyed and made again by
   * somebody else lacks an owner whose name cannot be guessed.
   *
   * @default any owners
   */
  readonly owners?: readonly string[]
}

/**
 * Rooms that stand for roles, by the names of the roles. Who is member, admin or owner of the room (XEP-0045 §5.2) has the
 * role.
 *
 * @example
 * ```ts
 * import { Authenticator, type RoleRooms } from 'passport-xmpp-bosh'
 *
 * const roles: RoleRooms = { admins: 'admins@rooms.example.com', staff: 'staff@rooms.example.com' }
 * const authenticator = new Authenticator({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   roles,
 * })
 * ```
 */
export type RoleRooms<Role extends string = string> = Readonly<Record<Role, string | RoleRoom>>

/**
 * Part of a {@link RoleReader} that a login uses.
 *
 * @example
 * ```ts
 * import { Authenticator, type RoleReaderLike } from 'passport-xmpp-bosh'
 *
 * // A stub for tests.
 * const roles: RoleReaderLike = { of: async jid => (jid === 'alice@example.com' ? ['admins'] : []) }
 * const authenticator = new Authenticator({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   roles,
 * })
 * ```
 */
export interface RoleReaderLike {
  /** Returns the roles of a bare JID. `maxAge` is the greatest age of the answer, in ms. */
  of(jid: string, options?: { readonly maxAge?: number }): Promise<readonly string[]>
}

/**
 * Room of a role, checked.
 *
 * @internal
 */
export interface Room {
  readonly role: string
  /** bare JID, prepared: localpart, `@`, domain as A-labels */
  readonly jid: string
  /** prepared bare JIDs; `undefined`: any owners */
  readonly owners: ReadonlySet<string> | undefined
}
