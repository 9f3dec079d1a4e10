import type { Room } from '../../options/role-options'
import { faultsOf, isSameSet, type KindFault } from '../../roles/room-roles'
import { roomIn } from '../../roles/room-view'
import { stanzaErrorOf } from '../../stanzas/iq'
import type { Element } from '../../xml/read'
import type { Finding } from '../finding'
import { settingFor } from '../settings'
import type { Software } from '../software'
import { type Fault, worstOf } from './faults'
import { featuresOf } from './features'

/** Answers about one room; `undefined`: none came. */
export interface RoomAnswers {
  readonly room: Room
  readonly info: Element | undefined
  readonly owner: Element | undefined
  readonly admin: Element | undefined
  readonly member: Element | undefined
}

/** Accounts in the lists of a room, or the condition or fault in place of them. */
type Lists = Readonly<Record<'owner' | 'admin' | 'member', ReadonlySet<string> | string>>

/** Words for the faults in the kind of a room (XEP-0045 §4.2). */
const FAULTS: Readonly<Record<KindFault, string>> = {
  'not-persistent': 'not persistent',
  'not-members-only': 'not members-only',
  anonymous: 'not non-anonymous',
}

/** Checks that each room exists, is of the kind that a role demands, and has the owners that are known. */
export function roomsFinding(answers: readonly RoomAnswers[], software: Software): Finding {
  const faults = answers.flatMap(about => kindFault(about, software) ?? ownersFault(about, software) ?? [])
  const owned = answers.every(({ room }) => room.owners) ? ', with the owners that are known' : ''
  const summary = `${namesOf(answers)}: persistent, members-only, non-anonymous${owned}`
  return worstOf('role-rooms', faults, summary)
}

/** Returns the JIDs of the rooms, for a summary. */
export function namesOf(answers: readonly RoomAnswers[]): string {
  return answers.map(({ room }) => room.jid).join(', ')
}

function kindFault({ room: { jid }, info }: RoomAnswers, software: Software): Fault | undefined {
  if (info === undefined) {
    return { status: 'wrong', summary: `${jid} does not answer`, advice: "See role-service, and the server's log." }
  }
  const { features, refusal } = featuresOf(info)
  const setting = settingFor('make a room', software)
  // Prosody remembers a room that its owner destroyed.
  if (refusal === 'item-not-found' || refusal === 'gone') {
    const advice = `Make the room before the app uses it${setting}: a stranger who makes it is its owner.`
    return { status: 'wrong', summary: `${jid} does not exist`, advice }
  }
  if (refusal !== undefined) {
    // Known servers tell everyone what a room is, outcasts included.
    const advice = 'Correct the address of the room, and see role-service: its domain may have no rooms.'
    return { status: 'wrong', summary: `${jid} does not tell what it is (${refusal})`, advice }
  }
  const faults = faultsOf(features).map(fault => FAULTS[fault])
  if (faults.length === 0) return undefined
  const advice = `Change the configuration of the room${setting}: \`muc#roomconfig_persistentroom\` = 1, \`muc#roomconfig_membersonly\` = 1, \`muc#roomconfig_whois\` = anyone.`
  return { status: 'wrong', summary: `${jid} is ${faults.join(', ')}`, advice }
}

/** Compares the owners. It repeats no name: that of one owner may be a secret. */
function ownersFault(about: RoomAnswers, software: Software): Fault | undefined {
  const { jid, owners } = about.room
  if (owners === undefined) return undefined
  const listed = listsOf(about).owner
  if (typeof listed === 'string') {
    const advice = 'The app gives no role by this room as long as it cannot compare its owners: see role-read.'
    return { status: 'warn', summary: `the owners of ${jid} could not be read (${listed})`, advice }
  }
  if (isSameSet(listed, owners)) return undefined
  return {
    status: 'wrong',
    summary: `${jid} has other owners than --role-owner names`,
    advice: `The app gives no role by this room. Look at its owners${settingFor('list affiliations', software)}: if you did not change them, a stranger made the room again, so make it anew. Otherwise name all of them in option \`roles\`.`,
  }
}

/** Returns the accounts in each list of a room as the app takes it, or why it takes none from it. */
export function listsOf({ room, info, owner, admin, member }: RoomAnswers): Lists {
  const { lists } = roomIn([info, owner, admin, member], room.jid)
  const content = (answer: Element | undefined, list: (typeof lists)['owner']) => {
    if (typeof list === 'object') return list.jids ?? 'malformed'
    return (answer && stanzaErrorOf(answer)?.condition) ?? list
  }
  return {
    owner: content(owner, lists.owner),
    admin: content(admin, lists.admin),
    member: content(member, lists.member),
  }
}
