import { randomUUID } from 'node:crypto'
import { CLIENT, DELAY } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { Accounts } from '../accounts'
import type { Personality } from '../personalities/habits'
import { bareJid, type Place, placeOf } from '../protocol/address'
import type { Attributes, StreamReply } from '../protocol/reply'
import { errorOf, forwarded, resultOf, type StanzaFault } from '../protocol/stanza'
import type { AccountData } from './account-data'
import { answerQuery } from './queries'

/** The server's data about a bound client. */
export interface Client {
  /** full JID */
  readonly jid: string
  readonly host: string
  readonly data: AccountData
  readonly accounts: Accounts
  readonly personality: Personality
}

const UNAVAILABLE: StanzaFault = 'cancel service-unavailable'
const IQ_TYPES = ['get', 'set', 'result', 'error']
/** types of a presence that the server handles for its contacts, and answers with nothing here */
const SUBSCRIPTIONS = ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'error', 'probe']

/** Stanzas of one bound client, and the server's answers: iq to services, presence, and messages to itself. */
export class Traffic {
  readonly #client: Client
  #isAvailable = false

  constructor(client: Client) {
    this.#client = client
  }

  /** Answers a stanza. */
  answer(stanza: Element): StreamReply {
    const from = stanza.attributes.get('from')
    const { jid, host, personality } = this.#client
    const isOwn = from === undefined || ['account', 'client'].includes(placeOf(from, jid, host))
    // RFC 6120 §8.1.2.1
    if (!isOwn && personality.stanzas.checksSender) return { end: 'invalid-from' }
    if (stanza.name === 'iq') return this.#iq(stanza)
    return stanza.name === 'presence' ? this.#presence(stanza) : this.#message(stanza)
  }

  // RFC 6120 §8.2.3, RFC 6121 §8
  #iq(iq: Element): readonly Node[] {
    const { stanzas } = this.#client.personality
    const type = iq.attributes.get('type') ?? ''
    if (!IQ_TYPES.includes(type) || !iq.attributes.has('id')) return [this.#refusal(iq, {}, 'modify bad-request')]
    const place = this.#placeOf(iq)
    if (place === 'invalid') return [this.#misaddressed(iq)]
    if (type !== 'get' && type !== 'set') return []
    const [child, more] = iq.children
    if (child === undefined || more !== undefined) {
      const to = iq.attributes.get('to')
      const bare: Attributes = to === undefined ? {} : { from: to }
      return [this.#refusal(iq, stanzas.namesAccount ? this.#addresses(iq) : bare, 'modify bad-request')]
    }
    if (place === 'client') return [this.#delivered(iq)]
    const refused = (fault: StanzaFault) => [this.#refusal(iq, this.#addresses(iq), fault)]
    if (place === 'remote') return refused(stanzas.unreachable)
    if (place === 'sibling' || place === 'peer') return refused(UNAVAILABLE)
    if (place !== 'domain-resource') return this.#query(iq, type, child, place)
    return stanzas.servesDomainResources ? this.#query(iq, type, child, 'host') : refused('cancel item-not-found')
  }

  #query(iq: Element, type: 'get' | 'set', child: Element, place: Place): readonly Node[] {
    const { jid, host, data, personality } = this.#client
    const { software, stanzas, queries } = personality
    const answer = answerQuery({ type, child, place, data, habits: queries, software })
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
  #presence(presence: Element): readonly Node[] {
    const { jid, data, personality } = this.#client
    const { namesAccount, refusesProbes } = personality.stanzas
    const type = presence.attributes.get('type')
    const isKnown = type === undefined || type === 'unavailable' || SUBSCRIPTIONS.includes(type)
    if (!isKnown || (type === 'probe' && refusesProbes)) {
      return [this.#refusal(presence, namesAccount ? {} : { to: jid }, 'modify bad-request', [])]
    }
    const place = this.#placeOf(presence)
    if (place === 'client') return [this.#delivered(presence)]
    if (place !== 'account' || SUBSCRIPTIONS.includes(type ?? '')) return []
    const echo = forwarded(presence, namesAccount ? { from: jid, to: jid } : { from: jid })
    if (presence.attributes.has('to')) return [echo]
    this.#isAvailable = type === undefined
    if (this.#isAvailable) return [echo, ...data.takeMessages()]
    return personality.stanzas.echoesUnavailable ? [echo] : []
  }

  // RFC 6121 §5, §8.5
  #message(message: Element): readonly Node[] {
    const { jid, accounts, personality, host } = this.#client
    const place = this.#placeOf(message)
    if (place === 'invalid') return [this.#misaddressed(message)]
    const type = message.attributes.get('type') ?? 'normal'
    if (type === 'error') return []
    const refused = (fault: StanzaFault) => [this.#refusal(message, this.#addresses(message), fault)]
    if (place === 'account') return this.#messageToAccount(message, type, refused)
    if (place === 'client') return [this.#delivered(message)]
    if (place === 'sibling') {
      const to = personality.stanzas.namesAccount ? jid : (message.attributes.get('to') ?? jid)
      return [forwarded(message, { from: jid, to })]
    }
    if (place === 'host' || place === 'domain-resource') return refused(personality.stanzas.messageToHost)
    if (place === 'remote') return refused(personality.stanzas.unreachable)
    const [name = ''] = (message.attributes.get('to') ?? host).split('@')
    return accounts.has(name) && personality.stanzas.keepsMessages ? [] : refused(UNAVAILABLE)
  }

  #messageToAccount(message: Element, type: string, refused: (fault: StanzaFault) => readonly Node[]): readonly Node[] {
    const { jid, host, data, personality } = this.#client
    const { namesAccount, keepsMessages, dropsHeadlines } = personality.stanzas
    if (type === 'groupchat') return refused(UNAVAILABLE)
    if (type === 'headline' && dropsHeadlines) return []
    const delivered = forwarded(message, namesAccount ? { from: jid, to: bareJid(jid) } : { from: jid })
    if (this.#isAvailable) return [delivered]
    if (!keepsMessages) return refused(UNAVAILABLE)
    // XEP-0203
    const delay = element('delay', { xmlns: DELAY, from: host, stamp: new Date().toISOString() })
    data.keep({ ...delivered, children: [...delivered.children, delay] })
    return []
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
