import { randomUUID } from 'node:crypto'
import { decodeBase64 } from '../../sasl'
import { BIND, CLIENT, SASL } from '../../xml/namespaces'
import { type Element, textOf } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { Accounts } from '../accounts'
import type { FaultReply } from '../faults/faults'
import type { Personality, StanzaHabits } from '../personality'
import type { AccountStore } from '../services/account-data'
import type { RegistrationService } from '../services/registration'
import { Traffic } from '../services/traffic'
import { bound, failure, features, restartedFeatures, type StreamReply, stanzaError } from './reply'
import { registrationQueryOf, stepOfChild } from './request'
import { type ServerExchange, type ServerStep, serverExchange, type TestMechanism } from './sasl'
import { errorOf, isStanza } from './stanza'

/** The server's data that all its streams share. */
export interface StreamContext {
  readonly domain: string
  readonly accounts: Accounts
  readonly data: AccountStore
  readonly mechanisms: readonly TestMechanism[]
  readonly personality: Personality
  readonly registration: RegistrationService
}

/** The server's side of one XMPP stream: SASL, restart, bind and iqs. It does not know BOSH. */
export class Stream {
  readonly #context: StreamContext
  #exchange: ServerExchange | undefined
  #mechanism: TestMechanism | undefined
  #username: string | undefined
  #isRestarted = false
  #jid: string | undefined
  #traffic: Traffic | undefined
  /** condition that ends the stream at the next request */
  #ending: string | undefined

  constructor(context: StreamContext) {
    this.#context = context
  }

  /** the account that logged in, in the server's spelling */
  get username(): string | undefined {
    return this.#username
  }

  /** the mechanism of the login */
  get mechanism(): TestMechanism | undefined {
    return this.#username === undefined ? undefined : this.#mechanism
  }

  /** the full JID that was bound */
  get jid(): string | undefined {
    return this.#jid
  }

  /** Replaces the bound JID by the one that a fault reports. */
  overrideJid(jid: string): void {
    this.#jid = jid
  }

  /** the first element that the server sends */
  get features(): Node {
    return features(this.#context.mechanisms, this.#context.registration.isOpen)
  }

  // XEP-0206 §5
  restart(): StreamReply {
    if (this.#ending !== undefined) return { end: this.#ending }
    this.#isRestarted = this.#username !== undefined
    return [this.#isRestarted ? restartedFeatures() : this.features]
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
        return this.#auth(child, fault)
      case 'response':
        return this.#respond(child, fault)
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

  async #auth(auth: Element, fault: FaultReply | undefined): Promise<StreamReply> {
    if (this.#isRestarted) {
      return this.#habits.endsOnUnknown ? { end: 'unsupported-stanza-type' } : [failure('not-authorized')]
    }
    const mechanism = this.#context.mechanisms.find(name => name === auth.attributes.get('mechanism'))
    if (!mechanism) return [failure('invalid-mechanism')]
    this.#mechanism = mechanism
    this.#exchange = serverExchange(mechanism, this.#context)
    return this.#advance(auth, this.#exchange, fault)
  }

  async #respond(response: Element, fault: FaultReply | undefined): Promise<StreamReply> {
    // RFC 6120 §6.4.4
    if (response.name === 'abort') {
      this.#exchange = undefined
      return [failure('aborted')]
    }
    return this.#exchange ? this.#advance(response, this.#exchange, fault) : [failure('not-authorized')]
  }

  async #advance(message: Element, exchange: ServerExchange, fault: FaultReply | undefined): Promise<StreamReply> {
    const text = textOf(message)
    const payload = text === '=' ? Buffer.alloc(0) : decodeBase64(text)
    if (payload === undefined) return [failure(this.#context.personality.malformedBase64)]
    const rewrite = typeof fault === 'object' && 'sasl' in fault ? fault.sasl : undefined
    const step: ServerStep = await exchange(payload.toString(), rewrite)
    if ('challenge' in step) return [element('challenge', { xmlns: SASL }, encode(step.challenge))]
    if ('success' in step && fault === 'signature-in-challenge') {
      this.#exchange = async () => ({ ...step, success: '' })
      return [element('challenge', { xmlns: SASL }, encode(step.success))]
    }
    this.#exchange = undefined
    if ('failure' in step) return [failure(step.failure)]
    this.#username = this.#context.personality.boundLocalpart(step.username)
    return [element('success', { xmlns: SASL }, ...(step.success === '' ? [] : [encode(step.success)]))]
  }

  // RFC 6120 §7.1, §7.3.1
  #bindOnce(iq: Element): StreamReply {
    const { bindsAtOnce, answersUnbound } = this.#habits
    if (this.#username === undefined) {
      return answersUnbound ? [errorOf(iq, {}, 'auth not-authorized')] : { end: 'not-authorized' }
    }
    if (!this.#isRestarted && !bindsAtOnce) return { end: 'invalid-xml' }
    if (iq.attributes.get('type') !== 'set' && !bindsAtOnce) return []
    return this.#isRestarted ? [this.#bind(iq)] : [restartedFeatures(), this.#bind(iq)]
  }

  // RFC 6120 §7.6, §7.7: binds the requested resource, or one that the server chooses.
  #bind(iq: Element): Node {
    const { domain, accounts, data, personality } = this.#context
    const bind = iq.children.find(({ namespace }) => namespace === BIND)
    const resource = bind?.children.find(({ name }) => name === 'resource')
    const requested = resource ? textOf(resource) : ''
    const jid = `${this.#username}@${domain}/${requested === '' ? randomUUID() : requested}`
    this.#jid = jid
    this.#traffic = new Traffic({ jid, host: domain, accounts, personality, data: data.of(this.#username ?? '') })
    return addressed(iq, bound(iq.attributes.get('id') ?? '', jid))
  }

  #register(iq: Element, fault: FaultReply | undefined): StreamReply {
    const { registration, personality } = this.#context
    const id = iq.attributes.get('id') ?? ''
    const query = registrationQueryOf(iq)
    const step = stepOfChild(iq)
    if (!query) return []
    // A refused request must not change the account. Other faults only spoil the answer.
    if (typeof fault === 'object' && 'stanzaError' in fault) return [stanzaError(id, fault.stanzaError)]
    if (step === 'form') return [addressed(iq, registration.form(id))]
    if (this.#username === undefined) {
      return step === 'register' ? [addressed(iq, registration.register(id, query))] : { end: 'not-authorized' }
    }
    const answer = addressed(iq, registration.change(id, query, this.#username))
    if (step !== 'remove') return [answer]
    const { answers, condition } = personality.removal
    this.#ending = condition
    return answers ? [answer] : { end: condition }
  }

  #other(child: Element): StreamReply {
    const { endsOnUnknown, answersUnbound } = this.#habits
    if (!isStanza(child)) {
      const condition = child.namespace === CLIENT ? 'bad-format' : 'unsupported-stanza-type'
      return endsOnUnknown ? { end: condition } : []
    }
    if (this.#traffic) return this.#traffic.answer(child)
    // RFC 6120 §7.3.1
    const to = child.attributes.get('to')
    if (answersUnbound) return [errorOf(child, to === undefined ? {} : { from: to }, 'cancel service-unavailable')]
    return this.#username === undefined ? { end: 'not-authorized' } : []
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

function encode(payload: string): string {
  return Buffer.from(payload).toString('base64')
}
