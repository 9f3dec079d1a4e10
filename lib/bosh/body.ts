import { protocolError } from '../errors/error'
import { HTTPBIND } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import { type DocumentLimits, type Element, read } from '../xml/read'
import { type ChildLimits, readByChild } from '../xml/read-by-child'
import { type Node, write, writeAttributes } from '../xml/write'

/** Received `<body/>`. */
export interface Body {
  /** `terminate`, `error`, or neither (XEP-0124 §17) */
  readonly type: string | undefined
  readonly condition: string | undefined
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
}

/** Returns a `<body/>` as XML text (XEP-0124 §6). Pass numbers as text. */
export function writeBody(attributes: Readonly<Record<string, string>>, payload: readonly Node[] = []): string {
  return writeBodyOf(attributes, payload.map(write).join(''))
}

/** Returns a `<body/>` like {@link writeBody}, whose payload is XML text already. */
export function writeBodyOf(attributes: Readonly<Record<string, string>>, payload: string): string {
  const head = `<body xmlns='${HTTPBIND}'${writeAttributes(attributes)}`
  return payload === '' ? `${head}/>` : `${head}>${payload}</body>`
}

/**
 * Reads the `<body/>` of a reply (XEP-0124 §6).
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if the reply is not exactly one `<body/>`
 */
export function readBody(bytes: Uint8Array, limits?: DocumentLimits): Body {
  return bodyOf(asProtocolError(() => read(bytes, limits)))
}

/**
 * Reads the `<body/>` of a reply like {@link readBody}, and leaves out the children that cannot be read.
 *
 * @param limitsOf see {@link readByChild}
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if the tag of the body cannot be read, or the tags in it do not match
 */
export function readBodyByChild(
  bytes: Uint8Array,
  limits: DocumentLimits,
  limitsOf?: (head: Element) => ChildLimits,
): Body {
  return bodyOf(asProtocolError(() => readByChild(bytes, limits, limitsOf)))
}

function bodyOf(root: Element): Body {
  if (root.name !== 'body' || root.namespace !== HTTPBIND) throw protocolError('the reply is not a BOSH body')
  // XEP-0124 §6: a body has no character data. White space is tolerated, because some servers indent.
  if (!/^[ \t\r\n]*$/.test(root.text)) throw protocolError('the BOSH body contains text')
  return {
    type: root.attributes.get('type'),
    condition: root.attributes.get('condition'),
    attributes: root.attributes,
    children: root.children,
  }
}

const NUMBER = /^[0-9]{1,16}$/

/**
 * Returns the number in an attribute of a body, or `undefined` without the attribute.
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if it is not a number
 */
export function numberOf(body: Body, name: string): number | undefined {
  const value = body.attributes.get(name)
  if (value === undefined) return undefined
  if (!NUMBER.test(value)) throw protocolError(`the server sent a malformed "${name}"`)
  return Number(value)
}
