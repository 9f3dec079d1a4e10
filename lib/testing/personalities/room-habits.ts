import type { StanzaFault } from '../protocol/stanza'
import type { Affiliation, RoomFlags } from '../rooms/room'

/** Habits of a chat service (XEP-0045). */
export interface RoomHabits {
  /** Returns true if an account with affiliation `asker` may read the list of an affiliation without being in the room. */
  readonly shows: (list: Affiliation, asker: Affiliation, flags: RoomFlags) => boolean
  /** error for a question about several lists; without it the first one is answered */
  readonly severalLists: StanzaFault | undefined
  /** error for a question about no list */
  readonly noList: StanzaFault
  /** applies only the first of several changes */
  readonly changesOne: boolean
  /** a room that its owner has destroyed is not made again: it is `gone` */
  readonly buries: boolean
  /** items of a list: the affiliation stands after the JID, and members and admins come with an empty reason */
  readonly items: { readonly jidFirst: boolean; readonly tellsReason: boolean }
  /** features of every room, beside those of its settings */
  readonly features: readonly string[]
  /** error for service discovery of a node of a room; without it the answer is empty */
  readonly node: StanzaFault | undefined
  /** the service lists a room for members only to all, to its members, or not at all (XEP-0045 §6.3) */
  readonly lists: 'all' | 'members' | 'none'
  /** error for entering a room that does not exist, where new rooms are not allowed */
  readonly noNewRoom: StanzaFault
  /** error for a message from an account that is not in the room */
  readonly outside: StanzaFault
  /** the room sends presence in its own name before that of its occupants */
  readonly isPresent: boolean
}

/** Owners and admins read all lists, also of a room that they are not in. */
export function isAdmin(asker: Affiliation): boolean {
  return asker === 'owner' || asker === 'admin'
}
