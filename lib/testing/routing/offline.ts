import { DELAY, EXPIRE, HINTS } from '../../xml/namespaces'
import { element, type Node } from '../../xml/write'

/** A message that waits for its account. */
export interface KeptMessage {
  readonly message: Node
  /** time in ms after which it is dropped */
  readonly until: number
}

/** Returns a message as it is kept, or `undefined` if it says that it must not be kept (XEP-0334). */
export function offlineMessage(message: Node, domain: string, honoursHints: boolean): KeptMessage | undefined {
  const now = Date.now()
  // XEP-0203
  const delay = element('delay', { xmlns: DELAY, from: domain, stamp: new Date(now).toISOString() })
  const kept = { ...message, children: [...message.children, delay] }
  if (!honoursHints) return { message: kept, until: Number.POSITIVE_INFINITY }
  if (childOf(message, 'no-store', HINTS) !== undefined) return undefined
  const seconds = Number(childOf(message, 'x', EXPIRE)?.attributes['seconds'] ?? Number.NaN)
  return { message: kept, until: Number.isNaN(seconds) ? Number.POSITIVE_INFINITY : now + seconds * 1000 }
}

/** Returns the first child with this name and namespace. */
export function childOf({ children }: Node, name: string, namespace?: string): Node | undefined {
  for (const child of children) {
    if (typeof child === 'string' || child.name !== name) continue
    if (namespace === undefined || child.attributes['xmlns'] === namespace) return child
  }
  return undefined
}

/** Returns the text of an element, without that of its children. */
export function textIn(node: Node): string {
  return node.children.filter(child => typeof child === 'string').join('')
}
