import { DATA_FORM, MUC_OWNER } from '../../xml/namespaces'
import { type Element, textOf } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import { copyOf } from '../protocol/stanza'
import type { Affiliation, Room } from './room'
import type { RoomAnswer } from './room-answers'

const FORM = 'http://jabber.org/protocol/muc#roomconfig'
const FIELDS = {
  isPersistent: 'muc#roomconfig_persistentroom',
  isMembersOnly: 'muc#roomconfig_membersonly',
  whois: 'muc#roomconfig_whois',
}

/** Answer to an owner; `end` is the element with which a room is destroyed. */
interface OwnersAnswer {
  readonly answer: RoomAnswer
  readonly end?: Node
}

/** Shows, changes or destroys a room in the name of an owner (XEP-0045 §10). */
export function configure(room: Room, query: Element, type: 'get' | 'set', asker: Affiliation): OwnersAnswer {
  if (asker !== 'owner') return { answer: 'auth forbidden' }
  if (type === 'get') return { answer: [element('query', { xmlns: MUC_OWNER }, form(room))] }
  const [child] = query.children
  if (child === undefined) return { answer: 'modify bad-request' }
  if (child.name === 'destroy') return { answer: [], end: copyOf(child, MUC_OWNER) }
  if (child.namespace !== DATA_FORM) return { answer: 'modify bad-request' }
  if (child.attributes.get('type') === 'submit') change(room, child)
  return { answer: [] }
}

function form({ flags }: Room): Node {
  const field = (name: string, type: string, value: string) =>
    element('field', { var: name, type }, element('value', {}, value))
  const digit = (is: boolean) => (is ? '1' : '0')
  return element(
    'x',
    { xmlns: DATA_FORM, type: 'form' },
    field('FORM_TYPE', 'hidden', FORM),
    field(FIELDS.isPersistent, 'boolean', digit(flags.isPersistent)),
    field(FIELDS.isMembersOnly, 'boolean', digit(flags.isMembersOnly)),
    field(FIELDS.whois, 'list-single', flags.isAnonymous ? 'moderators' : 'anyone'),
  )
}

function change(room: Room, submitted: Element): void {
  const values = new Map<string, string>()
  for (const { attributes, children } of submitted.children) {
    const [value] = children
    if (value !== undefined) values.set(attributes.get('var') ?? '', textOf(value).trim())
  }
  const { isPersistent, isMembersOnly, isAnonymous } = room.flags
  const isTrue = (name: string, before: boolean) => {
    const value = values.get(name)
    return value === undefined ? before : value === '1' || value === 'true'
  }
  const whois = values.get(FIELDS.whois)
  room.flags = {
    isPersistent: isTrue(FIELDS.isPersistent, isPersistent),
    isMembersOnly: isTrue(FIELDS.isMembersOnly, isMembersOnly),
    isAnonymous: whois === undefined ? isAnonymous : whois !== 'anyone',
  }
}
