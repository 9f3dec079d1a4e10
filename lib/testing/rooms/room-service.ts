import { splitJid } from '../../jid'
import { CLIENT, DISCO_INFO, DISCO_ITEMS, MUC_ADMIN, MUC_OWNER } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { Personality } from '../personalities/habits'
import { accountOf, bareJid } from '../protocol/address'
import { errorOf, resultOf, type StanzaFault } from '../protocol/stanza'
import { entered, left, said } from './occupants'
import type { Room, Visitor } from './room'
import { affiliationList, changeAffiliations, type RoomAnswer, roomDiscovery, serviceDiscovery } from './room-answers'
import { configure } from './room-owner'
import type { Rooms } from './rooms'

const NOT_FOUND: StanzaFault = 'cancel item-not-found'
const GONE: StanzaFault = 'cancel gone'
const UNAVAILABLE: StanzaFault = 'cancel service-unavailable'
/** rooms at once, when clients make them */
const MAX_ROOMS = 1_000

/** The chat services of a server: answers the stanzas of clients to rooms (XEP-0045). */
export class RoomService {
  readonly #rooms: Rooms
  readonly #personality: Personality
  readonly #allowsNewRooms: boolean

  constructor(rooms: Rooms, personality: Personality, allowsNewRooms: boolean) {
    this.#rooms = rooms
    this.#personality = personality
    this.#allowsNewRooms = allowsNewRooms
  }

  /** domains of the services */
  get domains(): readonly string[] {
    return this.#rooms.services
  }

  /** Answers a stanza to a room or a service; returns `undefined` for any other stanza. */
  answer(stanza: Element, visitor: Visitor): readonly Node[] | undefined {
    const to = stanza.attributes.get('to')
    if (to === undefined || !this.#rooms.serves(to)) return undefined
    const { local, resource } = splitJid(to)
    if (resource === '' || (local !== undefined && accountOf(bareJid(to)) === undefined)) return undefined
    if (stanza.name === 'iq') return this.#iq(stanza, to, visitor)
    const room = this.#rooms.find(to)
    if (stanza.name === 'message') return this.#message(stanza, room, resource, visitor)
    return this.#presence(stanza, room, to, visitor)
  }

  /** Lets a client leave all rooms. Returns the stanzas for it. */
  leaveAll(visitor: Visitor): readonly Node[] {
    return this.#rooms.all().flatMap(room => this.#leave(room, visitor))
  }

  #iq(iq: Element, to: string, visitor: Visitor): readonly Node[] {
    const type = iq.attributes.get('type') ?? ''
    if (type === 'result' || type === 'error') return []
    const [child, more] = iq.children
    const isWhole = iq.attributes.has('id') && child !== undefined && more === undefined
    if (!isWhole || (type !== 'get' && type !== 'set')) return [this.#refusal(iq, visitor, 'modify bad-request')]
    const answer = this.#answered(child, type, to, visitor)
    if (typeof answer === 'string') return [this.#refusal(iq, visitor, answer)]
    return [resultOf(iq, { from: to, to: visitor.jid }, ...answer)]
  }

  #answered(child: Element, type: 'get' | 'set', to: string, visitor: Visitor): RoomAnswer {
    const { rooms: habits } = this.#personality
    const { local, domain, resource } = splitJid(to)
    const isDiscovery = type === 'get' && (child.namespace === DISCO_INFO || child.namespace === DISCO_ITEMS)
    if (local === undefined) {
      if (!isDiscovery || resource !== undefined) return UNAVAILABLE
      return serviceDiscovery(child, this.#listed(domain, visitor))
    }
    const room = this.#rooms.find(to)
    if (this.#rooms.isBuried(to)) return GONE
    if (room === undefined || (resource !== undefined && !room.occupants.has(resource))) return NOT_FOUND
    if (resource !== undefined) return UNAVAILABLE
    if (isDiscovery) return roomDiscovery(room, child, habits)
    const asker = room.affiliation(visitor.jid)
    if (child.namespace === MUC_OWNER) {
      const { answer, end } = configure(room, child, type, asker)
      if (end !== undefined) this.#destroy(room, end)
      return answer
    }
    if (child.namespace !== MUC_ADMIN) return UNAVAILABLE
    return type === 'get' ? affiliationList(room, child, asker, habits) : changeAffiliations(room, child, asker, habits)
  }

  /** Returns the rooms of a service that it lists to a client. */
  #listed(domain: string, visitor: Visitor): readonly Room[] {
    const { lists } = this.#personality.rooms
    return this.#rooms.all(domain).filter(room => {
      if (!room.flags.isMembersOnly || lists === 'all') return true
      return lists === 'members' && !['none', 'outcast'].includes(room.affiliation(visitor.jid))
    })
  }

  #presence(presence: Element, room: Room | undefined, to: string, visitor: Visitor): readonly Node[] {
    const type = presence.attributes.get('type')
    if (type === 'unavailable') return room ? this.#leave(room, visitor) : []
    if (type !== undefined) return []
    const { resource: nick } = splitJid(to)
    if (nick === undefined) return [this.#refusal(presence, visitor, 'modify jid-malformed')]
    if (this.#rooms.isBuried(to)) return [this.#refusal(presence, visitor, GONE)]
    const { noNewRoom, isPresent } = this.#personality.rooms
    const opened = room ?? (this.#allowsNewRooms ? this.#make(to, visitor) : undefined)
    if (opened === undefined) return [this.#refusal(presence, visitor, noNewRoom)]
    // XEP-0045 §7.7: a client that is in the room already only changes its presence.
    if (opened.nickOf(visitor) !== undefined) left(opened, visitor)
    const fault = refusalOf(opened, nick, visitor)
    if (fault !== undefined) return [this.#refusal(presence, visitor, fault)]
    const its = isPresent ? [element('presence', { xmlns: CLIENT, from: opened.jid, to: visitor.jid })] : []
    return [...its, ...entered(opened, nick, visitor, room === undefined)]
  }

  #make(to: string, visitor: Visitor): Room | undefined {
    const jid = bareJid(to)
    if (!jid.includes('@') || this.#rooms.all().length >= MAX_ROOMS) return undefined
    const owners = [bareJid(visitor.jid)]
    this.#rooms.add(jid, { owners, isPersistent: false, isMembersOnly: false, isAnonymous: true })
    return this.#rooms.find(jid)
  }

  #message(message: Element, room: Room | undefined, nick: string | undefined, visitor: Visitor): readonly Node[] {
    const type = message.attributes.get('type')
    if (type === 'error') return []
    if (room === undefined) return [this.#refusal(message, visitor, NOT_FOUND)]
    const own = room.nickOf(visitor)
    if (own === undefined) return [this.#refusal(message, visitor, this.#personality.rooms.outside)]
    if (nick === undefined && type === 'groupchat') return [said(room, own, visitor, message)]
    return [this.#refusal(message, visitor, nick === undefined ? 'modify bad-request' : NOT_FOUND)]
  }

  #leave(room: Room, visitor: Visitor): readonly Node[] {
    const told = left(room, visitor)
    if (told.length > 0 && room.occupants.size === 0 && !room.flags.isPersistent) this.#rooms.remove(room.jid)
    return told
  }

  /** Ends a room: all occupants leave, and hear why (XEP-0045 §10.9). */
  #destroy(room: Room, reason: Node): void {
    if (this.#personality.rooms.buries) this.#rooms.bury(room)
    this.#rooms.remove(room.jid)
    for (const occupant of [...room.occupants.values()]) {
      for (const told of left(room, occupant, reason)) occupant.receive(told)
    }
  }

  #refusal(stanza: Element, { jid }: Visitor, fault: StanzaFault): Node {
    const { repeatsRefused } = this.#personality.stanzas
    const addresses = { from: stanza.attributes.get('to') ?? '', to: jid }
    return errorOf(stanza, addresses, fault, repeatsRefused ? stanza.children : [])
  }
}

/** Returns the error of a client that may not enter (XEP-0045 §7.2.6 to §7.2.9). */
function refusalOf(room: Room, nick: string, visitor: Visitor): StanzaFault | undefined {
  const affiliation = room.affiliation(visitor.jid)
  if (affiliation === 'outcast') return 'auth forbidden'
  if (room.flags.isMembersOnly && affiliation === 'none') return 'auth registration-required'
  return room.occupants.has(nick) ? 'cancel conflict' : undefined
}
