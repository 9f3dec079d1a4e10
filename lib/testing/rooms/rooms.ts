import { prepareConfiguredDomain, splitJid } from '../../jid'
import { assertKnown, assertObject, optionalBoolean } from '../../options/checks'
import { accountOf, comparableJid } from '../protocol/address'
import { AFFILIATIONS, type Affiliation, Room } from './room'

/**
 * Options of a room. Without options a room is as a role needs it: persistent, for members only, and not anonymous.
 *
 * @example
 * ```ts
 * import { type RoomOptions, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const staff: RoomOptions = { owners: ['boss@localhost'], members: ['alice@localhost', 'bob@localhost'] }
 * const xmpp = await startBoshServer({ domain: 'localhost', rooms: { 'staff@rooms.localhost': staff } })
 * await xmpp.close()
 * ```
 */
export interface RoomOptions {
  /**
   * bare JIDs of the owners
   *
   * @default []
   */
  owners?: readonly string[]
  /**
   * bare JIDs of the admins
   *
   * @default []
   */
  admins?: readonly string[]
  /**
   * bare JIDs of the members
   *
   * @default []
   */
  members?: readonly string[]
  /**
   * bare JIDs that are banned
   *
   * @default []
   */
  outcasts?: readonly string[]
  /**
   * stays when the last occupant leaves
   *
   * @default true
   */
  isPersistent?: boolean
  /**
   * only accounts with an affiliation can enter
   *
   * @default true
   */
  isMembersOnly?: boolean
  /**
   * hides the JIDs of its occupants (`muc_semianonymous`)
   *
   * @default false
   */
  isAnonymous?: boolean
}

/** Options that list accounts, by the affiliation that they give. */
const LISTS = { owner: 'owners', admin: 'admins', member: 'members', outcast: 'outcasts' } as const
const OPTION_NAMES = [...Object.values(LISTS), 'isPersistent', 'isMembersOnly', 'isAnonymous']

/**
 * Chat rooms of a test server. A domain that has had a room is a chat service. JIDs may be in any spelling.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
 * xmpp.rooms.add('staff@rooms.localhost', { owners: ['boss@localhost'] })
 * xmpp.rooms.grant('staff@rooms.localhost', 'alice@localhost', 'member')
 *
 * assert.deepEqual(xmpp.rooms.affiliations('staff@rooms.localhost'), {
 *   'boss@localhost': 'owner',
 *   'alice@localhost': 'member',
 * })
 * await xmpp.close()
 * ```
 */
export class Rooms {
  /** by comparable JID */
  readonly #rooms = new Map<string, Room>()
  /** domains as they are sent, by those with A-labels */
  readonly #services = new Map<string, string>()
  /** rooms that cannot be made again, by comparable JID */
  readonly #buried = new Set<string>()
  readonly #domain: string

  /** @internal */
  constructor(domain: string, rooms: Readonly<Record<string, RoomOptions>>) {
    this.#domain = domain
    this.restore(rooms)
  }

  /**
   * Adds a room. It replaces a room of the same JID, and its occupants are no longer in it.
   *
   * @param jid bare JID, of another domain than the accounts
   * @param options affiliations and settings of the room
   * @throws {TypeError} the JID or an option is invalid; the message names it
   */
  add(jid: string, options: RoomOptions = {}): void {
    assertObject(options, 'the options of a room')
    assertKnown(options, OPTION_NAMES)
    const name = prepared(jid, 'a room')
    const [, domain = ''] = name.split('@')
    const service = prepareConfiguredDomain(domain)?.ascii ?? ''
    if (service === prepareConfiguredDomain(this.#domain)?.ascii)
      throw new TypeError('a room is on another domain than the accounts')
    const room = new Room(name, {
      isPersistent: optionalBoolean(options, 'isPersistent') ?? true,
      isMembersOnly: optionalBoolean(options, 'isMembersOnly') ?? true,
      isAnonymous: optionalBoolean(options, 'isAnonymous') ?? false,
    })
    for (const affiliation of AFFILIATIONS) {
      if (affiliation === 'none') continue
      const list = LISTS[affiliation]
      const users: unknown = options[list] ?? []
      if (!Array.isArray(users)) throw new TypeError(`option \`${list}\` must be an array of bare JIDs`)
      for (const user of users) room.grant(prepared(user, `option \`${list}\`: an account`), affiliation)
    }
    this.#services.set(service, domain)
    this.#rooms.set(comparableJid(name) ?? '', room)
    this.#buried.delete(comparableJid(name) ?? '')
  }

  /**
   * Removes a room. Its domain stays a chat service. It does nothing if there is no such room.
   *
   * @throws {TypeError} the JID is invalid
   */
  remove(jid: string): void {
    this.#rooms.delete(comparableJid(prepared(jid, 'a room')) ?? '')
  }

  /**
   * Changes the affiliation of an account.
   *
   * @param jid bare JID of the room
   * @param user bare JID of the account, of any domain
   * @param affiliation new affiliation; `'none'` takes the old one away
   * @throws {TypeError} the room does not exist, a JID is invalid, or the affiliation is unknown
   */
  grant(jid: string, user: string, affiliation: Affiliation): void {
    if (!AFFILIATIONS.includes(affiliation)) {
      throw new TypeError(`\`affiliation\` must be one of ${AFFILIATIONS.join(', ')}`)
    }
    this.#get(jid).grant(prepared(user, 'an account'), affiliation)
  }

  /**
   * Returns the accounts with an affiliation, by prepared bare JID.
   *
   * @throws {TypeError} the room does not exist, or the JID is invalid
   */
  affiliations(jid: string): Readonly<Record<string, Affiliation>> {
    return Object.fromEntries(this.#get(jid).affiliations)
  }

  /** @internal domains that are chat services, prepared */
  get services(): readonly string[] {
    return [...this.#services.values()]
  }

  /**
   * Returns the rooms, or those of one service.
   *
   * @internal
   */
  all(service?: string): readonly Room[] {
    const domain = service === undefined ? undefined : prepareConfiguredDomain(service)?.ascii
    const entries = [...this.#rooms].filter(([key]) => domain === undefined || key.endsWith(`@${domain}`))
    return entries.map(([, room]) => room)
  }

  /**
   * Returns true for a chat service and for the addresses of its rooms.
   *
   * @internal
   */
  serves(jid: string): boolean {
    const { domain } = splitJid(jid)
    return this.#services.has(prepareConfiguredDomain(domain)?.ascii ?? '')
  }

  /**
   * Returns true for the bare JID that a room of a chat service has or could have.
   *
   * @internal
   */
  isRoom(jid: string): boolean {
    const { local, resource } = splitJid(jid)
    return local !== undefined && resource === undefined && this.serves(jid)
  }

  /** @internal */
  find(jid: string): Room | undefined {
    return this.#rooms.get(comparableJid(jid) ?? '')
  }

  /**
   * Keeps clients from making a room again.
   *
   * @internal
   */
  bury({ jid }: Room): void {
    this.#buried.add(comparableJid(jid) ?? '')
  }

  /** @internal */
  isBuried(jid: string): boolean {
    return this.#buried.has(comparableJid(jid) ?? '')
  }

  /** @internal */
  restore(rooms: Readonly<Record<string, RoomOptions>>): void {
    this.#rooms.clear()
    this.#services.clear()
    this.#buried.clear()
    for (const [jid, options] of Object.entries(rooms)) this.add(jid, options)
  }

  #get(jid: string): Room {
    const room = this.find(prepared(jid, 'a room'))
    if (!room) throw new TypeError('no such room: add it first')
    return room
  }
}

/** Returns a bare JID in its prepared form. */
function prepared(jid: unknown, what: string): string {
  const account = typeof jid === 'string' && !jid.includes('/') ? accountOf(jid) : undefined
  if (account === undefined) throw new TypeError(`${what} has a bare JID`)
  return account
}
