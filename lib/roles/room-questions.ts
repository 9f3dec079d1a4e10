import type { Room } from '../options/role-options'
import { sameJidAs } from '../stanzas/iq'
import type { Question } from '../stanzas/question'
import type { Answers } from '../stanzas/questions'
import { DISCO_INFO, MUC_ADMIN } from '../xml/namespaces'
import { element, type Node } from '../xml/write'
import type { RoomReports } from './room-reports'
import { holdersIn } from './room-roles'
import { AFFILIATIONS, roomIn } from './room-view'

const PAYLOADS: readonly Node[] = [
  element('query', { xmlns: DISCO_INFO }),
  ...AFFILIATIONS.map(affiliation => element('query', { xmlns: MUC_ADMIN }, element('item', { affiliation }))),
]

/**
 * Returns the questions about rooms, four for each: its features (XEP-0045 §6.4), and its owners, admins and members
 * (§10.5, §10.8, §9.5). The asker need not be in the room. A room of several roles is asked once.
 */
export function questionsOf(rooms: readonly Room[]): readonly Question[] {
  return [...byJid(rooms).values()].flatMap(({ address }) => {
    const from = sameJidAs(address)
    return PAYLOADS.map(payload => ({ to: address, payload, from }))
  })
}

/**
 * Returns the roles that an account has, in the order of the rooms. A room that was not answered for, or is not as the room
 * of a role has to be, gives none.
 *
 * @param answers to {@link questionsOf} of the same rooms, in their order
 * @param jid prepared bare JID of the account
 * @param reports are told of each room that is refused
 */
export function rolesIn(
  rooms: readonly Room[],
  answers: Answers,
  jid: string,
  reports: RoomReports,
): readonly string[] {
  const views = [...byJid(rooms).keys()].map((room, index) => {
    const first = index * PAYLOADS.length
    return [room, roomIn(answers.slice(first, first + PAYLOADS.length), room)] as const
  })
  const viewOf = new Map(views)
  return rooms.flatMap(room => {
    const view = viewOf.get(room.jid)
    if (!view) return []
    const { holders, refusals } = holdersIn(view, room)
    for (const reason of refusals) reports.refused(room, reason)
    return holders.has(jid) ? [room.role] : []
  })
}

/** Returns the rooms without repeats: several roles can have one. */
function byJid(rooms: readonly Room[]): ReadonlyMap<string, Room> {
  return new Map(rooms.map(room => [room.jid, room]))
}
