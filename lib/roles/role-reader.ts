import { assertKnown, assertObject, optionalInteger } from '../options/checks'
import { type RoleReaderLike, type RoleRooms, roomsOf } from '../options/role-options'
import { type Clock, systemClock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import { untilAborted } from '../time/wait'
import { KnownRoom } from './known-room'
import { MAX_ROLE_AGE_MS, ROLES_MS } from './limits'
import type { RoleAccount } from './role-account'
import { preparedAccount } from './room-jids'
import { RoomReports } from './room-reports'
import { Turns } from './turns'

/**
 * Options of a {@link RoleReader}. An unknown option or an invalid value throws a `TypeError` that names the option.
 *
 * @example
 * ```ts
 * import { RoleReader, type RoleReaderOptions, ServiceAccount } from 'passport-xmpp-bosh'
 *
 * const account = new ServiceAccount({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   username: 'login',
 *   password: 'secret',
 * })
 * const options: RoleReaderOptions<'admins'> = {
 *   account,
 *   rooms: { admins: 'admins@rooms.example.com' },
 *   maxAge: 10_000,
 * }
 * export const reader = new RoleReader(options)
 * ```
 */
export interface RoleReaderOptions<Role extends string = string> {
  /** account that asks the rooms: a member of each, on some servers an owner */
  account: RoleAccount
  /** rooms of the roles, 1 to 16 */
  rooms: RoleRooms<Role>
  /**
   * Greatest age of an answer, in ms, from 0 to 60000: an account that is removed from a room loses the role by then.
   *
   * @default 60000
   */
  maxAge?: number
}

/**
 * Reader of the roles of accounts, for every request after the login. It asks the rooms by the session of a
 * {@link ServiceAccount}, and keeps their answers for a while. Create one for each process.
 *
 * It fails closed: an account has a role only if the room, as it is, says so. The service account itself has none: it is in
 * the rooms to read them.
 *
 * @example
 * ```ts
 * import { RoleReader, ServiceAccount } from 'passport-xmpp-bosh'
 *
 * const account = new ServiceAccount({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   username: 'login',
 *   password: 'secret',
 * })
 * const reader = new RoleReader({
 *   account,
 *   rooms: { admins: 'admins@rooms.example.com', staff: 'staff@rooms.example.com' },
 * })
 * console.log(await reader.of('alice@example.com')) // [ 'staff' ]
 * ```
 */
export class RoleReader<Role extends string = string> implements RoleReaderLike {
  /** Names of the roles, in the order of option `rooms`. */
  readonly roles: readonly Role[]

  readonly #account: string | undefined
  readonly #clock: Clock
  readonly #maxAge: number
  readonly #rooms: ReadonlyMap<string, KnownRoom>

  /**
   * Creates a reader. It asks a room when a role of it is asked for.
   *
   * @param options `account` and `rooms` are required
   * @throws {TypeError} names the unknown, missing or invalid option
   * @example
   * ```ts
   * import { RoleReader, ServiceAccount } from 'passport-xmpp-bosh'
   *
   * const account = new ServiceAccount({
   *   service: 'https://xmpp.example.com:5443/bosh',
   *   domain: 'example.com',
   *   username: 'login',
   *   password: 'secret',
   * })
   * const reader = new RoleReader({ account, rooms: { admins: 'admins@rooms.example.com' } })
   * ```
   */
  constructor(options: RoleReaderOptions<Role>)
  /** @internal */
  constructor(options: RoleReaderOptions<Role>, internals: { readonly clock?: Clock })
  constructor(options: RoleReaderOptions<Role>, { clock = systemClock }: { readonly clock?: Clock } = {}) {
    assertObject(options, 'options')
    assertKnown(options, ['account', 'rooms', 'maxAge'])
    const account = accountOf(options.account)
    const rooms = roomsOf(options.rooms, 'rooms')
    const shared = { account, clock, reports: new RoomReports(), turns: new Turns(clock) }
    const known = new Map<string, KnownRoom>()
    for (const room of rooms) {
      const roles = rooms.filter(({ jid }) => jid === room.jid)
      known.set(room.role, known.get(roles[0]?.role ?? '') ?? new KnownRoom(room, roles, shared))
    }
    this.roles = rooms.map(({ role }) => role as Role)
    this.#account = preparedAccount(account.jid)
    this.#clock = clock
    this.#maxAge = optionalInteger(options, 'maxAge', 0, MAX_ROLE_AGE_MS) ?? MAX_ROLE_AGE_MS
    this.#rooms = known
  }

  /**
   * Returns the roles of an account, in the order of option `rooms`, within 1.9 s. It never rejects: a role is left out
   * while its room cannot be read.
   *
   * @param jid bare JID of any domain
   * @param options `maxAge`: greatest age of the answers in ms, in place of the option of the reader
   * @example
   * ```ts
   * import type { RoleReader } from 'passport-xmpp-bosh'
   *
   * export async function mayPublish(reader: RoleReader<'admins' | 'staff'>, jid: string): Promise<boolean> {
   *   const roles = await reader.of(jid, { maxAge: 0 }) // as the rooms are now
   *   return roles.includes('staff')
   * }
   * ```
   */
  async of(jid: string, options?: { readonly maxAge?: number }): Promise<Role[]> {
    const deadline = new TimeoutSignal(this.#clock, ROLES_MS, () => undefined)
    const holds = (role: Role) => untilAborted(this.has(jid, role, options), deadline).catch(() => false)
    const held = await Promise.all(this.roles.map(holds))
    deadline.release()
    return this.roles.filter((_role, index) => held[index])
  }

  /**
   * Tells whether an account has a role. A room that does not exist or must not give a role makes it false.
   *
   * @param jid bare JID of any domain
   * @param options `maxAge`: greatest age of the answer in ms, in place of the option of the reader
   * @throws {XmppBoshError} if the room cannot be read now: ERR_XMPP_UNAVAILABLE, ERR_XMPP_TIMEOUT, or the error of
   * the service account
   * @throws {TypeError} if the reader has no such role
   * @example
   * ```ts
   * import type { RoleReader } from 'passport-xmpp-bosh'
   *
   * export async function assertAdmin(reader: RoleReader<'admins'>, jid: string): Promise<void> {
   *   if (!(await reader.has(jid, 'admins', { maxAge: 1_000 }))) throw new Error('admins only')
   * }
   * ```
   */
  async has(jid: string, role: Role, options?: { readonly maxAge?: number }): Promise<boolean> {
    const room = this.#rooms.get(role)
    if (!room) throw new TypeError('the role is not one of option `rooms`')
    const account = preparedAccount(jid)
    // The account of the reader is in the rooms to read them.
    if (account === undefined || account === this.#account) return false
    return room.gives(role, account, ageOf(options?.maxAge) ?? this.#maxAge)
  }
}

/** Returns an age within the bounds, in ms. Anything but a number is 0, which asks the room now. */
function ageOf(value: unknown): number | undefined {
  if (value === undefined) return undefined
  return typeof value === 'number' && value > 0 ? Math.min(value, MAX_ROLE_AGE_MS) : 0
}

function accountOf(value: unknown): RoleAccount {
  const { jid, ready, ask } = (value ?? {}) as Partial<Record<keyof RoleAccount, unknown>>
  const isAccount = preparedAccount(jid) !== undefined && typeof ready === 'function' && typeof ask === 'function'
  if (isAccount) return value as RoleAccount
  throw new TypeError('option `account` must be a ServiceAccount')
}
