import { randomUUID } from 'node:crypto'
import type { BoshSession } from '../bosh/session'
import { protocolError } from '../errors/error'
import type { Domain } from '../jid'
import type { Signal } from '../time/light-signal'
import { conditionIn } from '../xml/condition'
import { CLIENT, HTTPBIND, STANZA_CONDITIONS } from '../xml/namespaces'
import type { Element } from '../xml/read'
import { element, type Node } from '../xml/write'

/** One question to the server (RFC 6120 §8.2.3). */
export interface Iq {
  readonly type: 'get' | 'set'
  readonly to?: string
  readonly payload: Node
  /** who may answer; an answer without a sender is the server's */
  readonly from: readonly string[]
}

/**
 * Asks, and waits for the answer: of type result, or of type error ({@link stanzaErrorOf}).
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL when something comes that may not come
 */
export function askIq(session: BoshSession, { type, to, payload, from }: Iq, signal: Signal): Promise<Element> {
  const id = randomUUID()
  const iq = element('iq', { xmlns: CLIENT, type, id, ...(to !== undefined && { to }) }, payload)
  return session.ask([iq], reply => answerIn(reply, id, from), signal)
}

/** RFC 6120 §8.1.2.1: who speaks for the server, and for an account that is logged in. */
export function senders(domain: Domain, account?: { readonly local: string }): readonly string[] {
  const domains = [domain.ascii, domain.wire]
  return account === undefined ? domains : [...domains, ...domains.map(name => `${account.local}@${name}`)]
}

/** The defined condition of an answer of type error (RFC 6120 §8.3.2); `undefined`: it is a result. */
export function stanzaErrorOf(answer: Element): string | undefined {
  if (answer.attributes.get('type') !== 'error') return undefined
  const errors = answer.children.filter(child => isStanzaNamespace(child) && child.name === 'error')
  return conditionIn(
    errors.flatMap(error => error.children),
    STANZA_CONDITIONS,
  )
}

const STANZAS = ['iq', 'message', 'presence']

// RFC 6120 §8.2.3: an answer has our id and says result or error. Other stanzas may come along and mean nothing here.
function answerIn(reply: readonly Element[], id: string, senders: readonly string[]): Element | undefined {
  for (const child of reply) {
    if (!isStanzaNamespace(child) || !STANZAS.includes(child.name)) {
      throw protocolError('the server sent an element that may not come here')
    }
  }
  const answers = reply.filter(({ name, attributes }) => {
    const from = attributes.get('from')
    return (
      name === 'iq' &&
      attributes.get('id') === id &&
      ['result', 'error'].includes(attributes.get('type') ?? '') &&
      (from === undefined || senders.includes(from))
    )
  })
  if (answers.length > 1) throw protocolError('the server answered twice')
  return answers[0]
}

// Many servers let stanzas inherit the namespace of the body.
function isStanzaNamespace({ namespace }: Element): boolean {
  return namespace === CLIENT || namespace === HTTPBIND
}
