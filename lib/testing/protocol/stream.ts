import { randomUUID } from 'node:crypto'
import { BIND, CLIENT, SESSION } from '../../xml/namespaces'
import { type Element, textOf } from '../../xml/read'
import type { Node } from '../../xml/write'
import type { FaultReply } from '../faults/fault'
import type { Personality } from '../personalities/habits'
import type { StanzaHabits } from '../personalities/stanza-habits'
import type { SharedServices } from '../services/shared'
import { Traffic } from '../services/traffic'
import { Authentication } from './authentication'
import { bound, failure, features, type StreamEnd, type StreamReply, stanzaError } from './reply'
import { registrationQueryOf, stepOfChild } from './request'
import type { TestMechanism } from './sasl'
import { errorOf, isStanza } from './stanza'

/** The server's data that all its streams share. */
export interface StreamContext {
  readonly domain: string
  readonly services: SharedServices
  readonly mechanisms: readonly TestMechanism[]
  readonly personality: Personality
  /** Gives the client a stanza that it has not asked for. */
  readonly push: (stanza: Node) => void
  /** Ends the session, because another client has bound the same resource. */
  readonly replace: () => void
}

/** The server's side of one XMPP stream: SASL, restart, bind and iqs. It does not know BOSH. */
export class Stream {
  readonly authentication: Authentication
  readonly #context: StreamContext
  #isRestarted = false
  #isSessionOpen: boolean
  #jid: string | undefined
  #traffic: Traffic | undefined
  /** end of the stream at the next request */
  #ending: StreamEnd | undefined

  constructor(context: StreamContext) {
    const { mechanisms, personality, services } = context
    this.#context = context
    this.authentication = new Authentication({ accounts: services.accounts, mechanisms, habits: personality.sasl })
    this.#isSessionOpen = !personality.stanzas.demandsSession
  }

  /** the full JID that was bound */
  get jid(): string | undefined {
    return this.#jid
  }

  /** true after the login until its restart */
  get awaitsRestart(): boolean {
    return this.#username !== undefined && !this.#isRestarted
  }

  /** Replaces the bound JID by the one that a fault reports. */
  overrideJid(jid: string): void {
    this.#jid = jid
  }

  /** Ends the stream: the client gets nothing more. */
  close(): void {
    this.#traffic?.leave()
  }

  /** the first element that the server sends */
  get features(): Node {
    const { mechanisms, services, personality } = this.#context
    return features(mechanisms, services.registration.isOpen, personality.features.first)
  }

  // XEP-0206 §5
  restart(): StreamReply {
    if (this.#ending !== undefined) return { end: this.#ending }
    this.#isRestarted = this.#username !== undefined
    return [this.#isRestarted ? this.#restartedFeatures : this.features]
  }

  /** Answers the children of one request. */
  async answer(children: readonly Element[], fault: FaultReply | undefined): Promise<StreamReply> {
    if (this.#ending !== undefined) return { end: this.#ending }
    const replies: Node[] = []
    for (const child of children) {
      const answer = await this.#answer(child, fault)
      if ('end' in answer) return answer
      replies.push(...answer)
    }
    return replies
  }

  async #answer(child: Element, fault: FaultReply | undefined): Promise<StreamReply> {
    switch (stepOfChild(child)) {
      case 'auth':
        if (!this.#isRestarted && !(this.#habits.endsOnUnknown && this.#username !== undefined)) {
          return this.authentication.begin(child, fault)
        }
        return this.#habits.endsOnUnknown ? { end: 'unsupported-stanza-type' } : [failure('not-authorized')]
      case 'response':
        return this.authentication.go(child, fault)
      case 'bind':
        return this.#traffic ? this.#other(child) : this.#bindOnce(child)
      case 'form':
      case 'register':
      case 'remove':
        return this.#register(child, fault)
      default:
        return this.#other(child)
    }
  }

  // RFC 6120 §7.1, §7.3.1
  #bindOnce(iq: Element): StreamReply {
    const { unbound, unrestarted, bindsOnGet } = this.#habits
    if (this.#username === undefined) {
      if (unbound === 'ends') return { end: 'not-authorized' }
      return unbound === 'silent' ? [] : [errorOf(iq, {}, 'auth not-authorized')]
    }
    if (!this.#isRestarted && unrestarted === 'ends') return { end: 'invalid-xml' }
    if (!this.#isRestarted && unrestarted === 'silent') return []
    if (iq.attributes.get('type') !== 'set' && !bindsOnGet) return []
    const isAnnounced = !this.#isRestarted && unrestarted === 'binds-with-features'
    return isAnnounced ? [this.#restartedFeatures, this.#bind(iq)] : [this.#bind(iq)]
  }

  // RFC 6120 §7.6, §7.7: binds the requested resource, or one that the server chooses.
  #bind(iq: Element): Node {
    const { domain, personality, services, push, replace } = this.#context
    const bind = iq.children.find(({ namespace }) => namespace === BIND)
    const resource = bind?.children.find(({ name }) => name === 'resource')
    const requested = resource ? textOf(resource) : ''
    const jid = `${this.#username}@${domain}/${requested === '' ? randomUUID() : requested}`
    this.#jid = jid
    const { router, roomService: rooms } = services
    const own = services.data.of(this.#username ?? '')
    this.#traffic = new Traffic({ jid, host: domain, data: own, personality, router, rooms, push, replace })
    const answer = addressed(iq, bound(iq.attributes.get('id') ?? '', jid))
    return this.#habits.addressesBound ? { ...answer, attributes: { to: jid, ...answer.attributes } } : answer
  }

  #register(iq: Element, fault: FaultReply | undefined): StreamReply {
    const { services, personality } = this.#context
    const { registration } = services
    const id = iq.attributes.get('id') ?? ''
    const query = registrationQueryOf(iq)
    const step = stepOfChild(iq)
    if (!query) return []
    // A refused request must not change the account. Other faults only spoil the answer.
    if (typeof fault === 'object' && 'stanzaError' in fault) return [stanzaError(id, fault.stanzaError)]
    const answered = (answer: Node | undefined) => (answer ? [this.#registered(iq, answer)] : [])
    if (step === 'form') return answered(registration.form(id, query, this.#isSessionOpen ? this.#username : undefined))
    const isStranger = this.#username === undefined || (this.#traffic !== undefined && !this.#isSessionOpen)
    if (isStranger && step === 'register') return answered(registration.register(id, query))
    if (this.#username === undefined) return { end: 'not-authorized' }
    if (isStranger) return []
    const answer = registration.change(id, query, this.#username)
    if (step !== 'remove' || answer?.attributes['type'] === 'error') return answered(answer)
    const { answers, from, end } = personality.registration.removal
    if (!answers) return { end }
    this.#ending = end
    const sender = from === undefined ? {} : { from }
    return answered(answer).map(node => ({ ...node, attributes: { ...node.attributes, ...sender } }))
  }

  #other(child: Element): StreamReply {
    const { endsOnUnknown, unbound } = this.#habits
    if (!isStanza(child)) {
      const condition = child.namespace === CLIENT ? 'bad-format' : 'unsupported-stanza-type'
      return endsOnUnknown ? { end: condition } : []
    }
    this.#isSessionOpen ||= this.#traffic !== undefined && child.children.some(({ namespace }) => namespace === SESSION)
    if (this.#traffic) return this.#isSessionOpen ? this.#traffic.answer(child) : []
    // RFC 6120 §7.3.1
    const to = child.attributes.get('to')
    if (unbound === 'ends') return this.#username === undefined ? { end: 'not-authorized' } : []
    return unbound === 'silent' ? [] : [errorOf(child, to === undefined ? {} : { from: to }, unbound)]
  }

  /** Adds the addresses to an answer about an account. */
  #registered(iq: Element, answer: Node): Node {
    const { domain, personality } = this.#context
    const { addressee } = personality.registration
    const client = addressee !== 'none' && this.#isSessionOpen ? this.#jid : undefined
    const to = client ?? (addressee === 'all' ? domain : undefined)
    const sent = addressed(iq, answer)
    return to === undefined ? sent : { ...sent, attributes: { ...sent.attributes, to } }
  }

  get #restartedFeatures(): Node {
    const { services, personality } = this.#context
    return features(
      [],
      personality.features.registersAgain && services.registration.isOpen,
      personality.features.restarted,
    )
  }

  get #username(): string | undefined {
    return this.authentication.username
  }

  get #habits(): StanzaHabits {
    return this.#context.personality.stanzas
  }
}

// RFC 6120 §8.1.2.1: a client knows the answer to its iq by the sender, which is the address that it asked.
function addressed(iq: Element, answer: Node): Node {
  const to = iq.attributes.get('to')
  if (to === undefined) return answer
  return { ...answer, attributes: { ...answer.attributes, from: to } }
}
