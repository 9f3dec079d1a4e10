import { DATA_FORM, DISCO_INFO, DISCO_ITEMS, MUC, MUC_ADMIN } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { RoomHabits } from '../personalities/room-habits'
import { accountOf, bareJid } from '../protocol/address'
import type { StanzaFault } from '../protocol/stanza'
import { AFFILIATIONS, type Affiliation, type Room } from './room'

/** Answer of a room or its service: the children of the result, or the error. */
export type RoomAnswer = StanzaFault | readonly Node[]

/** Answers a question about the accounts with an affiliation (XEP-0045 §9.3, §9.5, §9.8, §10.5). */
export function affiliationList(room: Room, query: Element, asker: Affiliation, habits: RoomHabits): RoomAnswer {
  const [item, more] = query.children.filter(({ name }) => name === 'item')
  if (more !== undefined && habits.severalLists !== undefined) return habits.severalLists
  const asked = AFFILIATIONS.find(name => name === item?.attributes.get('affiliation'))
  if (asked === undefined) return habits.noList
  if (!habits.shows(asked, asker, room.flags)) return 'auth forbidden'
  const { jidFirst, tellsReason } = habits.items
  const hasReason = tellsReason && asked !== 'owner'
  const items = room
    .withAffiliation(asked)
    .map(jid =>
      element(
        'item',
        jidFirst ? { jid, affiliation: asked } : { affiliation: asked, jid },
        ...(hasReason ? [element('reason')] : []),
      ),
    )
  return [element('query', { xmlns: MUC_ADMIN }, ...items)]
}

/** Changes affiliations in the name of an owner or an admin (XEP-0045 §9, §10). */
export function changeAffiliations(room: Room, query: Element, asker: Affiliation, habits: RoomHabits): RoomAnswer {
  const items = query.children.filter(({ name }) => name === 'item')
  const changes = items.slice(0, habits.changesOne ? 1 : items.length).map(({ attributes }) => ({
    user: accountOf(bareJid(attributes.get('jid') ?? '')),
    affiliation: AFFILIATIONS.find(name => name === attributes.get('affiliation')),
  }))
  const isAllowed = changes.every(({ user, affiliation }) => {
    const isAboutOwners = [affiliation, room.affiliation(user ?? '')].some(name => name === 'owner' || name === 'admin')
    return asker === 'owner' || (asker === 'admin' && !isAboutOwners)
  })
  if (!isAllowed) return 'auth forbidden'
  for (const { user, affiliation } of changes) {
    if (user === undefined || affiliation === undefined) return 'modify bad-request'
    room.grant(user, affiliation)
  }
  return []
}

/** Answers service discovery of a room (XEP-0045 §6.4, §6.5). Its occupants are not listed. */
export function roomDiscovery(room: Room, query: Element, habits: RoomHabits): RoomAnswer {
  const node = query.attributes.get('node')
  if (node !== undefined) return habits.node ?? [element('query', { xmlns: query.namespace, node })]
  if (query.namespace === DISCO_ITEMS) return [element('query', { xmlns: DISCO_ITEMS })]
  const { isPersistent, isMembersOnly, isAnonymous } = room.flags
  const features = [
    MUC,
    ...habits.features,
    isMembersOnly ? 'muc_hidden' : 'muc_public',
    isPersistent ? 'muc_persistent' : 'muc_temporary',
    isMembersOnly ? 'muc_membersonly' : 'muc_open',
    isAnonymous ? 'muc_semianonymous' : 'muc_nonanonymous',
    'muc_unsecured',
  ].map(name => element('feature', { var: name }))
  const identity = element('identity', { category: 'conference', type: 'text' })
  return [element('query', { xmlns: DISCO_INFO }, identity, ...features, roomInfo(room))]
}

function roomInfo({ occupants }: Room): Node {
  const field = (name: string, type: string, value: string) =>
    element('field', { var: name, type }, element('value', {}, value))
  return element(
    'x',
    { xmlns: DATA_FORM, type: 'result' },
    field('FORM_TYPE', 'hidden', 'http://jabber.org/protocol/muc#roominfo'),
    field('muc#roominfo_occupants', 'text-single', String(occupants.size)),
  )
}

/** Answers service discovery of a chat service (XEP-0045 §6.2, §6.3). `rooms` are those that it lists. */
export function serviceDiscovery(query: Element, rooms: readonly Room[]): RoomAnswer {
  if (query.attributes.has('node')) return 'cancel item-not-found'
  if (query.namespace === DISCO_ITEMS) {
    return [element('query', { xmlns: DISCO_ITEMS }, ...rooms.map(({ jid }) => element('item', { jid })))]
  }
  const features = [DISCO_INFO, DISCO_ITEMS, MUC].map(name => element('feature', { var: name }))
  const identity = element('identity', { category: 'conference', type: 'text', name: 'Chatrooms' })
  return [element('query', { xmlns: DISCO_INFO }, identity, ...features)]
}
