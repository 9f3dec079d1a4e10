import { CLIENT, HTTPBIND, STANZA_CONDITIONS, XML } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { element, type Node } from '../../xml/write'
import type { Attributes } from './reply'

/** Error of a stanza: its type and its condition (RFC 6120 §8.3), as in `cancel service-unavailable`. */
export type StanzaFault = `${'auth' | 'cancel' | 'modify' | 'wait'} ${string}`

const STANZAS = ['iq', 'message', 'presence']

/**
 * Puts the stanzas of a request into their namespace when they inherit that of `<body/>`. Many clients do not declare one,
 * although XEP-0206 §4 demands it, and real servers accept them.
 */
export function inClientNamespace(body: Element): Element {
  return { ...body, children: body.children.map(child => (STANZAS.includes(child.name) ? asClient(child) : child)) }
}

function asClient(child: Element): Element {
  if (child.namespace !== HTTPBIND) return child
  return { ...child, namespace: CLIENT, children: child.children.map(asClient) }
}

/** Returns true for an iq, a message or a presence. */
export function isStanza({ namespace, name }: Element): boolean {
  return namespace === CLIENT && STANZAS.includes(name)
}

/** Copies a received element. Its texts stand before its children. */
export function copyOf(received: Element, outer = CLIENT): Node {
  const { namespace, name, attributes, children, text } = received
  const copied: Record<string, string> = namespace === outer ? {} : { xmlns: namespace }
  for (const [key, value] of attributes) {
    if (!key.startsWith('{')) copied[key] = value
    else if (key === `{${XML}}lang`) copied['xml:lang'] = value
  }
  const inside = children.map(child => copyOf(child, namespace))
  return element(name, copied, ...(text === '' ? [] : [text]), ...inside)
}

/** Writes a stanza with the children and attributes of a received one. An address that is `undefined` is left out. */
export function forwarded(received: Element, addresses: { readonly from?: string; readonly to?: string }): Node {
  const { name, attributes, children } = copyOf(received, CLIENT)
  const { from: _, to: __, ...kept } = attributes
  return element(name, { xmlns: CLIENT, ...addresses, ...kept }, ...children)
}

/** Writes the result of an iq. */
export function resultOf(iq: Element, addresses: Attributes, ...children: readonly Node[]): Node {
  return element('iq', { xmlns: CLIENT, ...addresses, type: 'result', ...idOf(iq) }, ...children)
}

/** Writes the error that answers a stanza; `repeated` are the children of the stanza, if the server repeats them. */
export function errorOf(
  stanza: Element,
  addresses: Attributes,
  fault: StanzaFault,
  repeated: readonly Element[] = [],
): Node {
  const [type = '', condition = ''] = fault.split(' ')
  const error = element('error', { type }, element(condition, { xmlns: STANZA_CONDITIONS }))
  const asked = repeated.map(child => copyOf(child))
  return element(stanza.name, { xmlns: CLIENT, ...addresses, type: 'error', ...idOf(stanza) }, ...asked, error)
}

function idOf({ attributes }: Element): Attributes {
  const id = attributes.get('id')
  return id === undefined ? {} : { id }
}
