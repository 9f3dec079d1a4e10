import { protocolError } from '../errors/error'
import { STREAMS } from '../xml/namespaces'
import type { Element } from '../xml/read'

/** The features of a stream, when they are there (RFC 6120 §4.3.2). */
export function featuresIn(reply: readonly Element[]): Element | undefined {
  return onlyChild(reply, child => child.namespace === STREAMS && child.name === 'features')
}

/**
 * The one child of a body, if it is what is expected now; nothing at all: not yet.
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL for anything else
 */
export function onlyChild(reply: readonly Element[], isExpected: (child: Element) => boolean): Element | undefined {
  const [child] = reply
  if (child === undefined) return undefined
  if (reply.length > 1 || !isExpected(child)) throw protocolError('the server sent an element that may not come here')
  return child
}
/** The children of a body that arrived. */
export type Reply = readonly Element[]

/** Finds the answer in a reply; `undefined`: not there, wait for more. */
export type Select<T> = (reply: Reply) => T | undefined
