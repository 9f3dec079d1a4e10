import { protocolError } from '../errors/error'
import { HTTPBIND } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import { type Element, read } from '../xml/read'
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
  const head = `<body xmlns='${HTTPBIND}'${writeAttributes(attributes)}`
  return payload.length === 0 ? `${head}/>` : `${head}>${payload.map(write).join('')}</body>`
}

/**
 * Reads the `<body/>` of a reply (XEP-0124 §6).
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if the reply is not exactly one `<body/>`
 */
export function readBody(bytes: Uint8Array): Body {
  const root = asProtocolError(() => read(bytes))
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
