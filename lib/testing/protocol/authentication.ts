import { decodeBase64 } from '../../sasl'
import { SASL } from '../../xml/namespaces'
import { type Element, textOf } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { FaultReply } from '../faults/fault'
import type { SaslRefusal } from '../personalities/habits'
import { failure, type StreamReply } from './reply'
import { type ServerContext, type ServerExchange, type ServerStep, serverExchange, type TestMechanism } from './sasl'

/** The SASL of one stream (RFC 6120 §6). */
export class Authentication {
  readonly #context: ServerContext
  #exchange: ServerExchange | undefined
  #mechanism: TestMechanism | undefined
  #username: string | undefined
  #failures = 0
  #last: Node | undefined

  constructor(context: ServerContext) {
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

  /** the element that was sent last */
  get last(): Node | undefined {
    return this.#last
  }

  /** Answers `<auth/>`. */
  async begin(auth: Element, fault: FaultReply | undefined): Promise<StreamReply> {
    const { mechanisms, habits } = this.#context
    const mechanism = mechanisms.find(name => name === auth.attributes.get('mechanism'))
    if (!mechanism) return [failure(habits.unknownMechanism)]
    this.#mechanism = mechanism
    this.#exchange = serverExchange(mechanism, this.#context)
    return this.#advance(auth, this.#exchange, fault)
  }

  /** Answers `<response/>` and `<abort/>`. */
  async go(response: Element, fault: FaultReply | undefined): Promise<StreamReply> {
    // RFC 6120 §6.4.4
    if (response.name === 'abort') {
      const { aborted } = this.#context.habits
      this.#exchange = undefined
      return aborted === undefined ? [] : [failure(aborted)]
    }
    return this.#exchange ? this.#advance(response, this.#exchange, fault) : [failure('not-authorized')]
  }

  async #advance(message: Element, exchange: ServerExchange, fault: FaultReply | undefined): Promise<StreamReply> {
    const { malformedBase64, names } = this.#context.habits
    const text = textOf(message)
    const payload = text === '=' ? Buffer.alloc(0) : decodeBase64(text)
    if (payload === undefined) return this.#refused(malformedBase64)
    const rewrite = typeof fault === 'object' && 'sasl' in fault ? fault.sasl : undefined
    const step: ServerStep = await exchange(payload.toString(), rewrite)
    if ('challenge' in step) return this.#said(element('challenge', { xmlns: SASL }, encode(step.challenge)))
    if ('success' in step && fault === 'signature-in-challenge') {
      this.#exchange = async () => ({ ...step, success: '' })
      return this.#said(element('challenge', { xmlns: SASL }, encode(step.success)))
    }
    this.#exchange = undefined
    if ('failure' in step) return this.#refused(step.failure)
    this.#username = names.bound(step.username)
    return this.#said(element('success', { xmlns: SASL }, ...(step.success === '' ? [] : [encode(step.success)])))
  }

  #refused(refusal: SaslRefusal): StreamReply {
    const { failures } = this.#context.habits
    if (typeof refusal !== 'string') return { end: refusal }
    if (failures !== undefined && ++this.#failures > failures.allowed) return { end: failures.end }
    return this.#said(failure(refusal))
  }

  #said(node: Node): StreamReply {
    this.#last = node
    return [node]
  }
}

function encode(payload: string): string {
  return Buffer.from(payload).toString('base64')
}
