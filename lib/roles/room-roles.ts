import type { RoomRefusal } from '../diagnostics/messages'
import type { Room } from '../options/role-options'
import { AFFILIATIONS, type ListAnswer, type RoomView } from './room-view'

/** Accounts that have the role of a room. */
export interface Holders {
  /** prepared bare JIDs */
  readonly holders: ReadonlySet<string>
  /** reasons for which the room, or a list of it, gives no role */
  readonly refusals: readonly RoomRefusal[]
  /** false: others may have the role, too, but the answers do not tell */
  readonly isComplete: boolean
}

/** Faults in the kind of a room. */
export type KindFault = Extract<RoomRefusal, 'not-persistent' | 'not-members-only' | 'anonymous'>

/** Features that the room of a role has, and those that contradict them (XEP-0045 §15.3), each with its fault. */
const FLAGS: readonly (readonly [KindFault, string, string])[] = [
  ['not-persistent', 'muc_persistent', 'muc_temporary'],
  ['not-members-only', 'muc_membersonly', 'muc_open'],
  ['anonymous', 'muc_nonanonymous', 'muc_semianonymous'],
]
const NO_ACCOUNTS: ReadonlySet<string> = new Set()

/**
 * Judges a room. Its owners, admins and members (XEP-0045 §5.2) have the role, and its outcasts do not, if the room is
 * persistent, members-only and non-anonymous, and has the owners that are configured. A list that is
 * `forbidden` to the asker is no fault of the room.
 */
export function holdersIn({ features, lists }: RoomView, { owners }: Room): Holders {
  if (typeof features === 'string') {
    const refusals = features === 'unanswered' ? [] : [features]
    return { holders: NO_ACCOUNTS, refusals, isComplete: features === 'not-found' }
  }
  const all = AFFILIATIONS.map(affiliation => lists[affiliation])
  const refusals: RoomRefusal[] = [...faultsOf(features), ...(owners ? ownersFault(lists.owner, owners, all) : [])]
  if (all.includes('not-found')) refusals.push('not-found')
  const isRefused = refusals.length > 0
  if (all.some(isMalformed)) refusals.push('malformed')
  return {
    holders: isRefused || (owners && !jidsOf(lists.owner)) ? NO_ACCOUNTS : namedIn(all),
    refusals,
    isComplete: isRefused || all.every(list => list === 'forbidden' || jidsOf(list) !== undefined),
  }
}

/** Returns why a room with these features gives no role. */
export function faultsOf(features: ReadonlySet<string>): readonly KindFault[] {
  return FLAGS.flatMap(([fault, wanted, opposite]) => (features.has(wanted) && !features.has(opposite) ? [] : [fault]))
}

function ownersFault(
  list: ListAnswer,
  owners: ReadonlySet<string>,
  all: readonly ListAnswer[],
): readonly RoomRefusal[] {
  const found = jidsOf(list)
  if (found) return isSameSet(found, owners) ? [] : ['other-owners']
  // Members can read a list at least: others cause no report.
  return list === 'forbidden' && all.some(jidsOf) ? ['owners-unread'] : []
}

/** Returns true if two lists name the same accounts. */
export function isSameSet(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  return one.size === other.size && [...other].every(jid => one.has(jid))
}

function namedIn(lists: readonly ListAnswer[]): ReadonlySet<string> {
  const named = new Set<string>()
  for (const list of lists) for (const jid of jidsOf(list) ?? []) named.add(jid)
  for (const list of lists) if (typeof list === 'object') for (const jid of list.outcasts) named.delete(jid)
  return named
}

function jidsOf(list: ListAnswer): ReadonlySet<string> | undefined {
  return typeof list === 'object' ? list.jids : undefined
}

function isMalformed(list: ListAnswer): boolean {
  return list === 'malformed' || (typeof list === 'object' && !list.jids)
}
