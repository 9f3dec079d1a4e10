import { randomUUID } from 'node:crypto'
import { CLIENT } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { Personality } from '../personalities/habits'
import { bareJid, type Place, placeOf } from '../protocol/address'
import type { Attributes, StreamReply } from '../protocol/reply'
import { errorOf, forwarded, resultOf, type StanzaFault } from '../protocol/stanza'
import type { RoomService } from '../rooms/room-service'
import type { Recipient, Router } from '../routing/router'
import type { AccountData } from './account-data'
import { addressed, type ShownPresence, shown } from './presence'
import { answerQuery } from './queries'

/** The server's data about a bound client. */
export interface Client {
  /** full JID */
  readonly jid: string
  readonly host: string
  readonly data: AccountData
  readonly router: Router
  readonly rooms: RoomService
  readonly personality: Personality
  /** Gives the client a stanza that it has not asked for. */
  readonly push: (stanza: Node) => void
  /** Ends its session, because another client has bound the same resource. */
  readonly replace: () => void
}

const UNAVAILABLE: StanzaFault = 'cancel service-unavailable'
const IQ_TYPES = ['get', 'set', 'result', 'error']
/** types of a presence that the server handles for its contacts, and answers with nothing here */
const SUBSCRIPTIONS = ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'error', 'probe']

/** Stanzas of one bound client, and the server's answers. What it sends to others goes to the router. */
export class Traffic implements Recipient {
  readonly #client: Client
  #shown: ShownPresence | undefined

  constructor(client: Client) {
    this.#client = client
    client.router.join(this)
  }

  get jid(): string {
    return this.#client.jid
  }

  get presence(): Node | undefined {
    return this.#shown?.stanza
  }

  get priority(): number | undefined {
    return this.#shown?.priority
  }

  receive(stanza: Node): void {
    this.#client.push(stanza)
  }

  replace(): void {
    this.#client.replace()
  }

  /** Ends the traffic: the other clients of the account see that this one leaves. */
  leave(): void {
    const { jid, router, rooms } = this.#client
    router.leave(this)
    rooms.leaveAll(this)
    if (this.#shown) this.#tellSiblings(element('presence', { from: jid, type: 'unavailable' }))
  }

  /** Answers a stanza. */
  answer(stanza: Element): StreamReply {
    const from = stanza.attributes.get('from')
    const { jid, host, rooms, personality } = this.#client
    const isOwn = from === undefined || ['account', 'client'].includes(placeOf(from, jid, host))
    // RFC 6120 §8.1.2.1
    if (!isOwn && personality.stanzas.checksSender) return { end: 'invalid-from' }
    const ofRoom = rooms.answer(stanza, this)
    if (ofRoom) return ofRoom
    if (stanza.name === 'iq') return this.#iq(stanza)
    return stanza.name === 'presence' ? this.#seen(stanza) : this.#message(stanza)
  }

  // RFC 6120 §8.2.3, RFC 6121 §8
  #iq(iq: Element): readonly Node[] {
    const { stanzas } = this.#client.personality
    const type = iq.attributes.get('type') ?? ''
    if (!IQ_TYPES.includes(type) || !iq.attributes.has('id')) return [this.#refusal(iq, {}, 'modify bad-request')]
    const place = this.#placeOf(iq)
    if (place === 'invalid') return [this.#misaddressed(iq)]
    const isElsewhere = ['sibling', 'peer', 'remote'].includes(place)
    if (type !== 'get' && type !== 'set') {
      if (isElsewhere) this.#client.router.iq(this.#sent(iq))
      return []
    }
    const [child, more] = iq.children
    if (child === undefined || more !== undefined) {
      const to = iq.attributes.get('to')
      const bare: Attributes = to === undefined ? {} : { from: to }
      return [this.#refusal(iq, stanzas.namesAccount ? this.#addresses(iq) : bare, 'modify bad-request')]
    }
    if (place === 'client') return [this.#delivered(iq)]
    const refused = (fault: StanzaFault) => [this.#refusal(iq, this.#addresses(iq), fault)]
    if (isElsewhere) {
      const fault = this.#client.router.iq(this.#sent(iq))
      return fault === undefined ? [] : refused(fault)
    }
    if (place !== 'domain-resource') return this.#query(iq, type, child, place)
    return stanzas.servesDomainResources ? this.#query(iq, type, child, 'host') : refused('cancel item-not-found')
  }

  #query(iq: Element, type: 'get' | 'set', child: Element, place: Place): readonly Node[] {
    const { jid, host, data, rooms, personality } = this.#client
    const { software, stanzas, queries } = personality
    const answer = answerQuery({ type, child, place, data, habits: queries, software, services: rooms.domains })
    const addresses = this.#addresses(iq)
    if (typeof answer === 'string') return [this.#refusal(iq, addresses, answer)]
    const { from } = answer
    const sender = from === undefined ? {} : { from: from === 'host' ? host : bareJid(jid) }
    const result = resultOf(iq, { ...addresses, ...sender }, ...answer.result)
    if (answer.push === undefined) return [result]
    // RFC 6121 §2.1.6
    const about = stanzas.namesAccount ? this.#addresses(iq) : {}
    const push = element('iq', { xmlns: CLIENT, ...about, type: 'set', id: randomUUID() }, answer.push)
    return [push, result]
  }

  // RFC 6121 §4
  #seen(presence: Element): readonly Node[] {
    const { jid, router, personality } = this.#client
    const { namesAccount, refusesProbes } = personality.stanzas
    const type = presence.attributes.get('type')
    const isKnown = type === undefined || type === 'unavailable' || SUBSCRIPTIONS.includes(type)
    if (!isKnown || (type === 'probe' && refusesProbes)) {
      return [this.#refusal(presence, namesAccount ? {} : { to: jid }, 'modify bad-request', [])]
    }
    const place = this.#placeOf(presence)
    if (place === 'client') return [this.#delivered(presence)]
    const isSubscription = SUBSCRIPTIONS.includes(type ?? '')
    if (place !== 'account') {
      const from = isSubscription ? bareJid(jid) : jid
      if (place !== 'invalid') router.presence(forwarded(presence, { from, to: presence.attributes.get('to') ?? '' }))
      return []
    }
    if (isSubscription) return []
    const echo = forwarded(presence, namesAccount ? { from: jid, to: jid } : { from: jid })
    if (presence.attributes.has('to')) return [echo]
    const given = type === undefined ? this.#appear(echo) : []
    if (type !== undefined) this.#shown = undefined
    this.#tellSiblings(echo)
    const fromRooms = type === undefined ? [] : this.#client.rooms.leaveAll(this)
    return type === undefined || personality.stanzas.echoesUnavailable ? [echo, ...given, ...fromRooms] : fromRooms
  }

  /** Returns what a client gets with its presence: that of the account's other clients, and the messages that were kept. */
  #appear(presence: Node): readonly Node[] {
    const { jid, data, personality } = this.#client
    const isFirst = this.#shown === undefined
    const wasWilling = (this.priority ?? -1) >= 0
    this.#shown = shown(presence)
    const others = isFirst
      ? this.#siblings.flatMap(({ presence: theirs }) => (theirs ? [addressed(theirs, jid)] : []))
      : []
    const isOffered = this.#shown.priority >= 0 && (personality.stanzas.offersOnce ? isFirst : !wasWilling)
    return isOffered ? [...others, ...data.takeMessages()] : others
  }

  #tellSiblings(presence: Node): void {
    for (const sibling of this.#siblings) sibling.receive(addressed(presence, sibling.jid))
  }

  /** the other available clients of the account */
  get #siblings(): readonly Recipient[] {
    const { jid, router } = this.#client
    return router.available(jid).filter(client => client !== this)
  }

  // RFC 6121 §5, §8.5
  #message(message: Element): readonly Node[] {
    const { jid, router, personality } = this.#client
    const place = this.#placeOf(message)
    if (place === 'invalid') return [this.#misaddressed(message)]
    const type = message.attributes.get('type') ?? 'normal'
    const isElsewhere = ['sibling', 'other', 'peer', 'remote'].includes(place)
    if (type === 'error') {
      if (isElsewhere) router.message(this.#sent(message))
      return []
    }
    const refused = (fault: StanzaFault) => [this.#refusal(message, this.#addresses(message), fault)]
    if (place === 'account') return this.#messageToAccount(message, type, refused)
    if (place === 'client') return [this.#delivered(message)]
    if (place === 'sibling' && router.find(message.attributes.get('to') ?? '') === undefined) {
      const to = personality.stanzas.namesAccount ? jid : (message.attributes.get('to') ?? jid)
      return [forwarded(message, { from: jid, to })]
    }
    if (place === 'host' || place === 'domain-resource') return refused(personality.stanzas.messageToHost)
    const fault = router.message(this.#sent(message))
    return fault === undefined ? [] : refused(fault)
  }

  #messageToAccount(message: Element, type: string, refused: (fault: StanzaFault) => readonly Node[]): readonly Node[] {
    const { jid, router, personality } = this.#client
    const { namesAccount, dropsHeadlines } = personality.stanzas
    if (type === 'groupchat') return refused(UNAVAILABLE)
    if (type === 'headline' && dropsHeadlines) return []
    const delivered = forwarded(message, namesAccount ? { from: jid, to: bareJid(jid) } : { from: jid })
    const recipients = router.recipients(jid, type)
    for (const client of recipients) if (client !== this) client.receive(delivered)
    if (recipients.length > 0) return recipients.includes(this) ? [delivered] : []
    const fault = router.keep(delivered, jid)
    return fault === undefined ? [] : refused(fault)
  }

  /** Returns a stanza of this client as others get it. */
  #sent(stanza: Element): Node {
    return forwarded(stanza, { from: this.#client.jid, to: stanza.attributes.get('to') ?? '' })
  }

  #placeOf(stanza: Element): Place {
    const { jid, host } = this.#client
    return placeOf(stanza.attributes.get('to'), jid, host)
  }

  /** Returns the addresses of an answer: the addressee's, unless the server leaves out that of the client's own account. */
  #addresses(stanza: Element): Attributes {
    const { jid, personality } = this.#client
    if (this.#placeOf(stanza) !== 'account') return { from: stanza.attributes.get('to') ?? '', to: jid }
    return personality.stanzas.namesAccount ? { from: bareJid(jid), to: jid } : { to: jid }
  }

  #delivered(stanza: Element): Node {
    const { jid } = this.#client
    return forwarded(stanza, { from: jid, to: jid })
  }

  #misaddressed(stanza: Element): Node {
    const { jid, personality } = this.#client
    const from = stanza.attributes.get('to') ?? ''
    return personality.stanzas.namesAccount
      ? this.#refusal(stanza, { from }, 'modify bad-request')
      : this.#refusal(stanza, { from, to: jid }, 'modify jid-malformed')
  }

  #refusal(stanza: Element, addresses: Attributes, fault: StanzaFault, repeated = stanza.children): Node {
    const { repeatsRefused } = this.#client.personality.stanzas
    return errorOf(stanza, addresses, fault, repeatsRefused ? repeated : [])
  }
}
