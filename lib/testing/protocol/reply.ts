import {
  BIND,
  CLIENT,
  HTTPBIND,
  REGISTER_FEATURE,
  SASL,
  STANZA_CONDITIONS,
  STREAM_CONDITIONS,
  STREAMS,
} from '../../xml/namespaces'
import { element, type Node, write } from '../../xml/write'

/** An HTTP reply. */
export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** how it is sent, when not all at once */
  readonly pace?: Pace
}

/** One byte at a time, or only so many bytes and then the end of the connection. */
export type Pace = 'drip' | { readonly cut: number }

/** What the mount does: answer, keep silent, or cut the connection. */
export type Reply = Answer | 'hang' | 'reset'

export type Attributes = Readonly<Record<string, string>>

/** What a reply would have held. */
export interface Right {
  readonly children: readonly Node[]
  readonly attributes: Attributes
}

export const XML_TYPE = { 'Content-Type': 'text/xml; charset=utf-8' }

export function page(status: number, body: string | Uint8Array, headers: Attributes = {}): Answer {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers }, body }
}

export function bodyText(attributes: Attributes, children: readonly Node[]): string {
  return write(element('body', { xmlns: HTTPBIND, 'xmlns:stream': STREAMS, ...attributes }, ...children))
}

export function ok(children: readonly Node[], attributes: Attributes = {}): Answer {
  return page(200, bodyText(attributes, children), XML_TYPE)
}

// XEP-0124 §17.2
export function terminated(condition?: string): Answer {
  return ok([], { type: 'terminate', ...(condition !== undefined && { condition }) })
}

// XEP-0206 §6
export function endOfStream(condition: string): Right {
  const error = element('stream:error', {}, element(condition, { xmlns: STREAM_CONDITIONS }))
  return { children: [error], attributes: { type: 'terminate', condition: 'remote-stream-error' } }
}

export function streamError(condition: string): Answer {
  const { children, attributes } = endOfStream(condition)
  return ok(children, attributes)
}

// RFC 6120 §6.3.3, XEP-0077 §9
export function features(mechanisms: readonly string[], registers: boolean): Node {
  const names = mechanisms.map(name => element('mechanism', {}, name))
  return element(
    'stream:features',
    {},
    ...(names.length > 0 ? [element('mechanisms', { xmlns: SASL }, ...names)] : []),
    ...(registers ? [element('register', { xmlns: REGISTER_FEATURE })] : []),
  )
}

// RFC 6120 §6.5
export function failure(condition: string): Node {
  return element('failure', { xmlns: SASL }, element(condition))
}

// RFC 6120 §7.6.1
export function bound(id: string, jid: string): Node {
  return element('iq', { xmlns: CLIENT, type: 'result', id }, element('bind', { xmlns: BIND }, element('jid', {}, jid)))
}

// RFC 6120 §8.3.1
export function stanzaError(id: string, condition: string, ...asked: readonly Node[]): Node {
  const error = element('error', { type: 'cancel' }, element(condition, { xmlns: STANZA_CONDITIONS }))
  return element('iq', { xmlns: CLIENT, type: 'error', id }, ...asked, error)
}
