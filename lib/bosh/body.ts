import { protocolError } from '../errors/error'
import { HTTPBIND } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import { type Element, read } from '../xml/read'
import { type Node, write, writeAttributes } from '../xml/write'

/** A `<body/>` that arrived. */
export interface Body {
  /** `terminate`, `error`, or neither (XEP-0124 §17) */
  readonly type: string | undefined
  readonly condition: string | undefined
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
}

/** XEP-0124 §6: one `<body/>`; numbers as text. */
export function writeBody(attributes: Readonly<Record<string, string>>, payload: readonly Node[] = []): string {
  const head = `<body xmlns='${HTTPBIND}'${writeAttributes(attributes)}`
  return payload.length === 0 ? `${head}/>` : `${head}>${payload.map(write).join('')}</body>`
}

/** @throws {XmppBoshError} ERR_XMPP_PROTOCOL when the reply is not exactly one `<body/>` */
export function readBody(bytes: Uint8Array): Body {
  const root = asProtocolError(() => read(bytes))
  if (root.name !== 'body' || root.namespace !== HTTPBIND) throw protocolError('the reply is not a BOSH body')
  // XEP-0124 §6: no character data; peers that indent are forgiven.
  if (!/^[ \t\r\n]*$/.test(root.text)) throw protocolError('the BOSH body holds text')
  return {
    type: root.attributes.get('type'),
    condition: root.attributes.get('condition'),
    attributes: root.attributes,
    children: root.children,
  }
}
