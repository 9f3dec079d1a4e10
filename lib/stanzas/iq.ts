import { randomUUID } from 'node:crypto'
import type { BoshSession } from '../bosh/session'
import { protocolError } from '../errors/error'
import { type Domain, isSameDomain, prepareConfiguredDomain, prepareLocalpart, splitJid } from '../jid'
import type { Signal } from '../time/light-signal'
import { conditionIn } from '../xml/condition'
import { CLIENT, HTTPBIND, STANZA_CONDITIONS } from '../xml/namespaces'
import type { Element } from '../xml/read'
import { element, type Node } from '../xml/write'

/** Tells whether a JID may reply. */
export type Senders = (jid: string) => boolean

/** Request of type get or set (RFC 6120 §8.2.3). */
export interface Iq {
  readonly type: 'get' | 'set'
  readonly to?: string
  readonly payload: Node
  /** tells whether a reply from this JID is accepted; a reply without `from` comes from the server */
  readonly from: Senders
}

/**
 * Sends a request and returns the reply: an `<iq/>` of type result, or of type error ({@link stanzaErrorOf}).
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if the server sends a second reply or an element that is not a stanza
 */
export function askIq(session: BoshSession, { type, to, payload, from }: Iq, signal: Signal): Promise<Element> {
  const id = randomUUID()
  const iq = element('iq', { xmlns: CLIENT, type, id, ...(to !== undefined && { to }) }, payload)
  return session.ask([iq], reply => answerIn(reply, id, from), signal)
}

/**
 * Accepts replies from the server, and from a logged-in account (RFC 6120 §8.1.2.1), with or without its resource:
 * ejabberd answers a removal in the name of the full JID. The server alone knows the id of the request, so another
 * client of the account cannot answer it. Compares prepared: a server may spell the account as it was made, or as
 * another client typed it.
 */
export function senders(domain: Domain, account?: { readonly local: string }): Senders {
  return jid => {
    const { local, domain: theirs, resource } = splitJid(jid)
    if (!isSameDomain(theirs, domain)) return false
    if (local === undefined) return resource === undefined
    return account !== undefined && prepareLocalpart(local) === account.local
  }
}

/** Accepts replies from one JID alone. Compares prepared: servers spell a JID in their own way. */
export function sameJidAs(jid: string): Senders {
  const asked = splitJid(jid)
  const local = asked.local === undefined ? undefined : prepareLocalpart(asked.local)
  const domain = prepareConfiguredDomain(asked.domain)
  return from => {
    const { local: theirs, domain: theirDomain, resource } = splitJid(from)
    if (!domain || !isSameDomain(theirDomain, domain) || resource !== asked.resource) return false
    return theirs === undefined ? asked.local === undefined : local !== undefined && prepareLocalpart(theirs) === local
  }
}

/** Refusal of a request (RFC 6120 §8.3.2). */
export interface StanzaError {
  /** the defined condition */
  readonly condition: string
  /** what to do: `modify` the data, `wait`, log in (`auth`), give up (`cancel`); `undefined` if the server names none */
  readonly type: string | undefined
  /** text of the server, to be searched only: it may hold anything */
  readonly text: string
}

/** Returns condition, type and text of a reply of type error, or `undefined` for a result. */
export function stanzaErrorOf(answer: Element): StanzaError | undefined {
  if (answer.attributes.get('type') !== 'error') return undefined
  const errors = answer.children.filter(child => isStanzaNamespace(child) && child.name === 'error')
  const children = errors.flatMap(error => error.children)
  const texts = children.filter(({ name, namespace }) => name === 'text' && namespace === STANZA_CONDITIONS)
  return {
    condition: conditionIn(children, STANZA_CONDITIONS),
    type: errors[0]?.attributes.get('type'),
    text: texts.map(({ text }) => text).join(' '),
  }
}

const STANZAS = ['iq', 'message', 'presence']

// RFC 6120 §8.2.3: a reply has the id of the request, and type result or error. Other stanzas are ignored.
function answerIn(reply: readonly Element[], id: string, isSender: Senders): Element | undefined {
  for (const child of reply) {
    if (!isStanzaNamespace(child) || !STANZAS.includes(child.name)) {
      throw protocolError('the server sent an element that is not a stanza')
    }
  }
  const answers = reply.filter(child => {
    const from = child.attributes.get('from')
    // MongooseIM answers a removal with an empty `from`.
    return isAnswer(child) && child.attributes.get('id') === id && (!from || isSender(from))
  })
  if (answers.length > 1) throw protocolError('the server sent two replies to one request')
  return answers[0]
}

/** Returns true for an iq of type result or error. */
export function isAnswer(element: Element): boolean {
  const { name, attributes } = element
  return name === 'iq' && isStanzaNamespace(element) && ['result', 'error'].includes(attributes.get('type') ?? '')
}

/** Returns true if an element is in the namespace of stanzas. Those of many servers inherit that of the body. */
export function isStanzaNamespace({ namespace }: Element): boolean {
  return namespace === CLIENT || namespace === HTTPBIND
}
