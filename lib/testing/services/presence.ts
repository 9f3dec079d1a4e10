import { CLIENT } from '../../xml/namespaces'
import type { Node } from '../../xml/write'
import { childOf, textIn } from '../routing/offline'

/** Presence that a client has sent. */
export interface ShownPresence {
  readonly stanza: Node
  /** RFC 6121 §4.7.2.3 */
  readonly priority: number
}

export function shown(stanza: Node): ShownPresence {
  const priority = childOf(stanza, 'priority')
  return { stanza, priority: priority ? Number.parseInt(textIn(priority), 10) || 0 : 0 }
}

/** Returns a presence for one addressee. */
export function addressed(presence: Node, to: string): Node {
  return { ...presence, attributes: { ...presence.attributes, xmlns: CLIENT, to } }
}
