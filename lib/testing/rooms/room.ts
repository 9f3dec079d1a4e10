import type { Node } from '../../xml/write'
import { comparableJid } from '../protocol/address'

/**
 * Affiliation of an account with a room (XEP-0045 §5.2).
 *
 * @example
 * ```ts
 * import { type Affiliation, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const affiliation: Affiliation = 'member'
 * const xmpp = await startBoshServer({ domain: 'localhost', rooms: { 'staff@rooms.localhost': {} } })
 * xmpp.rooms.grant('staff@rooms.localhost', 'alice@localhost', affiliation)
 * await xmpp.close()
 * ```
 */
export type Affiliation = 'owner' | 'admin' | 'member' | 'outcast' | 'none'

/** The affiliations by which a room lists accounts. */
export const AFFILIATIONS: readonly Affiliation[] = ['owner', 'admin', 'member', 'outcast', 'none']

/** A client that can enter rooms. */
export interface Visitor {
  /** full JID */
  readonly jid: string
  receive(stanza: Node): void
}

/** Settings of a room that others see. */
export interface RoomFlags {
  readonly isPersistent: boolean
  readonly isMembersOnly: boolean
  readonly isAnonymous: boolean
}

/** A room, with its affiliations and its occupants. */
export class Room {
  /** bare JID, prepared */
  readonly jid: string
  flags: RoomFlags
  /** by comparable JID, with the JID as it is sent */
  readonly #affiliated = new Map<string, readonly [jid: string, affiliation: Affiliation]>()
  /** clients by their nicknames, the first ones first */
  readonly occupants = new Map<string, Visitor>()

  constructor(jid: string, flags: RoomFlags) {
    this.jid = jid
    this.flags = flags
  }

  /** Sets the affiliation of a prepared bare JID. */
  grant(user: string, affiliation: Affiliation): void {
    const key = comparableJid(user) ?? ''
    if (affiliation === 'none') this.#affiliated.delete(key)
    else this.#affiliated.set(key, [user, affiliation])
  }

  /** Returns the affiliation of an account, by its bare JID or by the full one of a client. */
  affiliation(jid: string): Affiliation {
    const [, affiliation = 'none'] = this.#affiliated.get(comparableJid(jid) ?? '') ?? []
    return affiliation
  }

  /** Returns the prepared bare JIDs with an affiliation, in the order in which they got it. */
  withAffiliation(affiliation: string): readonly string[] {
    return this.affiliations.flatMap(([jid, its]) => (its === affiliation ? [jid] : []))
  }

  /** all accounts that have an affiliation, by prepared bare JID */
  get affiliations(): readonly (readonly [string, Affiliation])[] {
    return [...this.#affiliated.values()]
  }

  /** Returns the nickname of a client that is in the room. */
  nickOf(visitor: Visitor): string | undefined {
    for (const [nick, occupant] of this.occupants) if (occupant === visitor) return nick
    return undefined
  }
}
