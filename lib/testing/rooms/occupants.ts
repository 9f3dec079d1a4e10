import { CLIENT, MUC_USER } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import { copyOf } from '../protocol/stanza'
import type { Room, Visitor } from './room'

const SELF = '110'
const NON_ANONYMOUS = '100'
const CREATED = '201'

/** Lets a client enter a room (XEP-0045 §7.2). Returns the stanzas for it: the presence of all, its own last, and the subject. */
export function entered(room: Room, nick: string, visitor: Visitor, isNew: boolean): readonly Node[] {
  const others = [...room.occupants].map(([its, occupant]) => presenceOf(room, its, occupant, visitor))
  room.occupants.set(nick, visitor)
  tellOthers(room, visitor, other => presenceOf(room, nick, visitor, other))
  const codes = [...(room.flags.isAnonymous ? [] : [NON_ANONYMOUS]), ...(isNew ? [CREATED] : []), SELF]
  const subject = element('subject')
  return [
    ...others,
    presenceOf(room, nick, visitor, visitor, { codes }),
    element('message', { xmlns: CLIENT, from: room.jid, to: visitor.jid, type: 'groupchat' }, subject),
  ]
}

/** Lets a client leave a room (XEP-0045 §7.14). Returns the stanzas for it; none if it is not in the room. */
export function left(room: Room, visitor: Visitor, ...more: readonly Node[]): readonly Node[] {
  const nick = room.nickOf(visitor)
  if (nick === undefined) return []
  room.occupants.delete(nick)
  tellOthers(room, visitor, other => presenceOf(room, nick, visitor, other, { isGone: true, more }))
  return [presenceOf(room, nick, visitor, visitor, { isGone: true, codes: [SELF], more })]
}

/** Gives a message of an occupant to all (XEP-0045 §7.4). Returns the one that its sender gets. */
export function said(room: Room, nick: string, visitor: Visitor, message: Element): Node {
  const { attributes, children } = copyOf(message)
  const from = `${room.jid}/${nick}`
  const toOne = ({ jid }: Visitor): Node =>
    element('message', { ...attributes, xmlns: CLIENT, from, to: jid }, ...children)
  tellOthers(room, visitor, toOne)
  return toOne(visitor)
}

function tellOthers(room: Room, visitor: Visitor, stanzaFor: (other: Visitor) => Node): void {
  for (const other of room.occupants.values()) if (other !== visitor) other.receive(stanzaFor(other))
}

interface Shown {
  readonly isGone?: boolean
  readonly codes?: readonly string[]
  readonly more?: readonly Node[]
}

/** Returns the presence of an occupant as `viewer` gets it. */
function presenceOf(
  room: Room,
  nick: string,
  occupant: Visitor,
  viewer: Visitor,
  { isGone = false, codes = [], more = [] }: Shown = {},
): Node {
  const affiliation = room.affiliation(occupant.jid)
  const role = isGone ? 'none' : isModerator(room, occupant) ? 'moderator' : 'participant'
  const isJidShown = !room.flags.isAnonymous || occupant === viewer || isModerator(room, viewer)
  const item = element('item', { affiliation, role, ...(isJidShown && { jid: occupant.jid }) })
  const statuses = codes.map(code => element('status', { code }))
  return element(
    'presence',
    { xmlns: CLIENT, from: `${room.jid}/${nick}`, to: viewer.jid, ...(isGone && { type: 'unavailable' }) },
    element('x', { xmlns: MUC_USER }, item, ...statuses, ...more),
  )
}

function isModerator(room: Room, { jid }: Visitor): boolean {
  return ['owner', 'admin'].includes(room.affiliation(jid))
}
