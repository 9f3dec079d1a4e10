import { prepareBareJid } from '../jid'
import { MAX_ROLE_OWNERS, MAX_ROLE_QUESTION_BYTES, MAX_ROLES, ROOM_QUESTION_BYTES } from '../limits'
import { assertKnown, assertObject } from './checks'

/**
 * Room that stands for a role, with its owners.
 *
 * @example
 * ```ts
 * import { Authenticator, type RoleRoom } from 'passport-xmpp-bosh'
 *
 * const admins: RoleRoom = {
 *   room: 'admins@rooms.example.com',
 *   owners: ['owner-9f86d081884c7d659a2feaa0c55ad015@rooms.example.com'], // as make-room prints it
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
   * another user lacks an owner with a name that cannot be guessed.
   *
   * @default any owners
   */
  readonly owners?: readonly string[]
}

/**
 * Rooms that stand for roles, by the names of the roles. Members, admins and owners of the room (XEP-0045 §5.2) have the
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
  /** the same JID as the library sends it: the domain in U-labels if the configuration has U-labels */
  readonly address: string
  /** prepared bare JIDs; `undefined`: any owners */
  readonly owners: ReadonlySet<string> | undefined
}

const ROLE = /^[a-z0-9](?:[a-z0-9_-]{0,62}[a-z0-9])?$/

/**
 * Checks the rooms of an option, and prepares their JIDs.
 *
 * @param option name of the option, for the message
 * @returns a room for each role, in the order of the option
 * @throws {TypeError} that names the option and the role
 * @internal
 */
export function roomsOf(value: unknown, option: string): readonly Room[] {
  assertObject(value, `option \`${option}\``)
  const roles = Object.entries(value)
  if (roles.length === 0 || roles.length > MAX_ROLES)
    throw new TypeError(`option \`${option}\` must name the rooms of 1 to ${MAX_ROLES} roles`)
  const rooms = roles.map(([role, room]) => {
    if (ROLE.test(role)) return roomOf(room, role, `${option}.${role}`)
    throw new TypeError(
      `option \`${option}\` has a role whose name is not allowed: 1 to 64 small letters and digits, with "-" and "_" inside`,
    )
  })
  const addresses = new Map(rooms.map(({ jid, address }) => [jid, address]))
  let bytes = 0
  for (const address of addresses.values()) bytes += ROOM_QUESTION_BYTES + 4 * Buffer.byteLength(address)
  if (bytes <= MAX_ROLE_QUESTION_BYTES) return rooms
  throw new TypeError(
    `option \`${option}\` has too many rooms, or too long names: servers slow down what asks for them all at once`,
  )
}

function roomOf(value: unknown, role: string, option: string): Room {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  if (!isObject) return { role, ...addressOf(value, option), owners: undefined }
  assertKnown(value, ['room', 'owners'], `${option}.`)
  const { room, owners } = value as { room?: unknown; owners?: unknown }
  return { role, ...addressOf(room, `${option}.room`), owners: ownersOf(owners, `${option}.owners`) }
}

function addressOf(value: unknown, option: string): Pick<Room, 'jid' | 'address'> {
  const jid = bareJidOf(value)
  if (jid) return { jid: `${jid.local}@${jid.domain.ascii}`, address: `${jid.local}@${jid.domain.wire}` }
  throw new TypeError(`option \`${option}\` must be the bare JID of a room, as in admins@rooms.example.com`)
}

function ownersOf(value: unknown, option: string): ReadonlySet<string> | undefined {
  if (value === undefined) return undefined
  const jids = Array.isArray(value) ? value.map(bareJidOf) : []
  const owners = jids.flatMap(jid => (jid ? [`${jid.local}@${jid.domain.ascii}`] : []))
  if (owners.length > 0 && owners.length === jids.length && owners.length <= MAX_ROLE_OWNERS) return new Set(owners)
  throw new TypeError(
    `option \`${option}\` must be a list of 1 to ${MAX_ROLE_OWNERS} bare JIDs, as in ['owner@example.com']`,
  )
}

function bareJidOf(value: unknown): ReturnType<typeof prepareBareJid> {
  return typeof value === 'string' ? prepareBareJid(value) : undefined
}
