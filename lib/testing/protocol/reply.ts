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
import { element, type Node } from '../../xml/write'
import { writeWithRaw } from './raw'

/** An HTTP reply. */
export interface HttpReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
  /** pace of the body; without it the body is sent at once */
  readonly pace?: Pace
}

/** Pace of a body: one byte at a time, or `cut` bytes and then the end of the connection. */
export type Pace = 'drip' | { readonly cut: number }

/** Reaction to a request: an HTTP reply, silence, or a reset of the connection. */
export type Reply = HttpReply | 'hang' | 'reset'

/**
 * End of a stream: the condition of its error, also `open` when the session is not terminated with it; `terminate` without an
 * error; or a whole reply.
 */
export type StreamEnd = string | { readonly open: string } | { readonly terminate: true } | HttpReply

/** Elements to send, or the end of the stream. */
export type StreamReply = readonly Node[] | { readonly end: StreamEnd }

export type Attributes = Readonly<Record<string, string>>

/** Content of a reply, before a fault changes it. */
export interface CorrectReply {
  readonly children: readonly Node[]
  readonly attributes: Attributes
}

export const XML_TYPE = { 'Content-Type': 'text/xml; charset=utf-8' }

export function page(status: number, body: string | Uint8Array, headers: Attributes = {}): HttpReply {
  return { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers }, body }
}

export function bodyText(attributes: Attributes, children: readonly Node[]): string {
  return writeWithRaw(element('body', { xmlns: HTTPBIND, 'xmlns:stream': STREAMS, ...attributes }, ...children))
}

export function ok(children: readonly Node[], attributes: Attributes = {}): HttpReply {
  return page(200, bodyText(attributes, children), XML_TYPE)
}

// XEP-0124 §17.2
export function terminated(condition?: string, headers: Attributes = XML_TYPE): HttpReply {
  const body = bodyText({ type: 'terminate', ...(condition !== undefined && { condition }) }, [])
  return { status: 200, headers, body }
}

/** Returns the element that names the error of a stream. */
export function streamErrorElement(condition: string, text?: string): Node {
  const said = text === undefined ? [] : [element('text', { xmlns: STREAM_CONDITIONS }, text)]
  return element('stream:error', {}, element(condition, { xmlns: STREAM_CONDITIONS }), ...said)
}

// XEP-0206 §6
export function endOfStream(condition: string, text?: string): CorrectReply {
  const attributes = { type: 'terminate', condition: 'remote-stream-error' }
  return { children: [streamErrorElement(condition, text)], attributes }
}

export function streamError(condition: string, text?: string): HttpReply {
  const { children, attributes } = endOfStream(condition, text)
  return ok(children, attributes)
}

/** Writes the features of a stream: mechanisms (RFC 6120 §6.3.3), sign-up (XEP-0077 §9), and `more`. */
export function features(mechanisms: readonly string[], registers: boolean, more: readonly Node[] = []): Node {
  const names = mechanisms.map(name => element('mechanism', {}, name))
  return element(
    'stream:features',
    {},
    ...(names.length > 0 ? [element('mechanisms', { xmlns: SASL }, ...names)] : []),
    ...(registers ? [element('register', { xmlns: REGISTER_FEATURE })] : []),
    ...more,
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

// RFC 6120 §8.3.3: the type that goes with each condition; all others are `cancel`
const ERROR_TYPES: Readonly<Record<string, string>> = {
  'bad-request': 'modify',
  'jid-malformed': 'modify',
  'not-acceptable': 'modify',
  'policy-violation': 'modify',
  forbidden: 'auth',
  'not-authorized': 'auth',
  'registration-required': 'auth',
  'subscription-required': 'auth',
  'internal-server-error': 'wait',
  'remote-server-timeout': 'wait',
  'resource-constraint': 'wait',
}

/** Returns the error of a stanza with the type that goes with its condition. */
export function errorElement(condition: string): Node {
  const type = (Object.hasOwn(ERROR_TYPES, condition) && ERROR_TYPES[condition]) || 'cancel'
  return element('error', { type }, element(condition, { xmlns: STANZA_CONDITIONS }))
}

// RFC 6120 §8.3.1
export function stanzaError(id: string, condition: string, ...asked: readonly Node[]): Node {
  return element('iq', { xmlns: CLIENT, type: 'error', id }, ...asked, errorElement(condition))
}

/** Returns the reply that ends a stream; `every` are the attributes of all replies, `ended` those of the last one. */
export function replyOfEnd(end: StreamEnd, every: Attributes, ended: Attributes): CorrectReply | HttpReply {
  if (typeof end === 'string') return endOfStream(end)
  if ('status' in end) return end
  if ('open' in end) return { children: [streamErrorElement(end.open)], attributes: every }
  return { children: [], attributes: { ...ended, type: 'terminate' } }
}

/** Adds the headers of the server to a reply. */
export function dressed(
  reply: Reply,
  { headers, xmlType }: { readonly headers: Attributes; readonly xmlType: string },
): Reply {
  if (typeof reply === 'string') return reply
  const isXml = reply.headers['Content-Type'] === XML_TYPE['Content-Type']
  return { ...reply, headers: { ...headers, ...reply.headers, ...(isXml && { 'Content-Type': xmlType }) } }
}
