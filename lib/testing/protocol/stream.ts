import { randomUUID } from 'node:crypto'
import { decodeBase64 } from '../../sasl'
import { BIND, CLIENT, SASL } from '../../xml/namespaces'
import { type Element, textOf } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { Accounts } from '../accounts'
import type { FaultReply } from '../faults/faults'
import type { Personality } from '../personality'
import type { RegistrationService } from '../services/registration'
import { bound, failure, features, stanzaError } from './reply'
import { registrationQueryOf, stepOfChild } from './request'
import { type ServerExchange, type ServerStep, serverExchange, type TestMechanism } from './sasl'

/** What the streams of one server have in common. */
export interface Served {
  readonly domain: string
  readonly accounts: Accounts
  readonly mechanisms: readonly TestMechanism[]
  readonly personality: Personality
  readonly inBand: RegistrationService
}

/** The server says this, or ends the stream with a condition. */
export type Said = readonly Node[] | { readonly end: string }

/** The server's side of one XMPP stream: SASL, restart, bind, and iqs. Knows no rid and no session. */
export class Stream {
  readonly #served: Served
  #exchange: ServerExchange | undefined
  #mechanism: TestMechanism | undefined
  #username: string | undefined
  #isRestarted = false
  #jid: string | undefined
  /** the condition it is ended with at the next request */
  #ending: string | undefined

  constructor(served: Served) {
    this.#served = served
  }

  /** Who logged in, as the server spells it. */
  get username(): string | undefined {
    return this.#username
  }

  /** What they logged in with. */
  get mechanism(): TestMechanism | undefined {
    return this.#username === undefined ? undefined : this.#mechanism
  }

  get jid(): string | undefined {
    return this.#jid
  }

  /** The server says that it bound this. */
  saysBound(jid: string): void {
    this.#jid = jid
  }

  /** What it begins with. */
  get features(): Node {
    return features(this.#served.mechanisms, this.#served.inBand.isOpen)
  }

  // XEP-0206 §5
  restart(): Said {
    if (this.#ending !== undefined) return { end: this.#ending }
    this.#isRestarted = this.#username !== undefined
    return [element('stream:features', {}, element('bind', { xmlns: BIND }))]
  }

  /** The answers to what came in one body. */
  async answer(children: readonly Element[], fault: FaultReply | undefined): Promise<Said> {
    if (this.#ending !== undefined) return { end: this.#ending }
    const said: Node[] = []
    for (const child of children) {
      const answer = await this.#answer(child, fault)
      if ('end' in answer) return answer
      said.push(...answer)
    }
    return said
  }

  async #answer(child: Element, fault: FaultReply | undefined): Promise<Said> {
    switch (stepOfChild(child)) {
      case 'auth':
        return this.#auth(child, fault)
      case 'response':
        return this.#respond(child, fault)
      case 'bind':
        return this.#isRestarted ? [this.#bind(child)] : { end: 'not-authorized' }
      case 'form':
      case 'register':
      case 'remove':
        return this.#register(child, fault)
      default:
        return this.#other(child)
    }
  }

  async #auth(auth: Element, fault: FaultReply | undefined): Promise<Said> {
    const mechanism = this.#served.mechanisms.find(name => name === auth.attributes.get('mechanism'))
    if (!mechanism) return [failure('invalid-mechanism')]
    this.#mechanism = mechanism
    this.#exchange = serverExchange(mechanism, this.#served)
    return this.#advance(auth, this.#exchange, fault)
  }

  async #respond(response: Element, fault: FaultReply | undefined): Promise<Said> {
    // RFC 6120 §6.4.4
    if (response.name === 'abort') {
      this.#exchange = undefined
      return [failure('aborted')]
    }
    return this.#exchange ? this.#advance(response, this.#exchange, fault) : { end: 'not-authorized' }
  }

  async #advance(message: Element, exchange: ServerExchange, fault: FaultReply | undefined): Promise<Said> {
    const text = textOf(message)
    const payload = text === '=' ? Buffer.alloc(0) : decodeBase64(text)
    if (payload === undefined) return [failure(this.#served.personality.malformedBase64)]
    const rewrite = typeof fault === 'object' && 'sasl' in fault ? fault.sasl : undefined
    const step: ServerStep = await exchange(payload.toString(), rewrite)
    if ('challenge' in step) return [element('challenge', { xmlns: SASL }, encode(step.challenge))]
    if ('success' in step && fault === 'signature-in-challenge') {
      this.#exchange = async () => ({ ...step, success: '' })
      return [element('challenge', { xmlns: SASL }, encode(step.success))]
    }
    this.#exchange = undefined
    if ('failure' in step) return [failure(step.failure)]
    this.#username = this.#served.personality.boundLocalpart(step.username)
    return [element('success', { xmlns: SASL }, ...(step.success === '' ? [] : [encode(step.success)]))]
  }

  // RFC 6120 §7.6, §7.7: the resource that is asked for, or one of the server's
  #bind(iq: Element): Node {
    const bind = iq.children.find(({ namespace }) => namespace === BIND)
    const resource = bind?.children.find(({ name }) => name === 'resource')
    const asked = resource ? textOf(resource) : ''
    this.#jid = `${this.#username}@${this.#served.domain}/${asked === '' ? randomUUID() : asked}`
    return bound(iq.attributes.get('id') ?? '', this.#jid)
  }

  #register(iq: Element, fault: FaultReply | undefined): Said {
    const { inBand, personality } = this.#served
    const id = iq.attributes.get('id') ?? ''
    const query = registrationQueryOf(iq)
    const step = stepOfChild(iq)
    if (!query) return []
    // Who is refused has changed nothing; with any other fault the answer alone is spoilt.
    if (typeof fault === 'object' && 'stanzaError' in fault) return [stanzaError(id, fault.stanzaError)]
    if (step === 'form') return [inBand.form(id)]
    if (this.#username === undefined) {
      return step === 'register' ? [inBand.register(id, query)] : { end: 'not-authorized' }
    }
    const answer = inBand.change(id, query, this.#username)
    if (step !== 'remove') return [answer]
    const { answers, condition } = personality.removal
    this.#ending = condition
    return answers ? [answer] : { end: condition }
  }

  #other({ namespace, name, attributes }: Element): Said {
    if (namespace !== CLIENT) return []
    // RFC 6120 §7.3.1
    if (this.#jid === undefined) return { end: 'not-authorized' }
    const asks = name === 'iq' && ['get', 'set'].includes(attributes.get('type') ?? '')
    // RFC 6120 §8.4
    return asks ? [stanzaError(attributes.get('id') ?? '', 'service-unavailable')] : []
  }
}

function encode(payload: string): string {
  return Buffer.from(payload).toString('base64')
}
