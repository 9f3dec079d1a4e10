import { protocolError } from '../errors/error'
import { STREAMS } from '../xml/namespaces'
import type { Element } from '../xml/read'

/** Children of a received body. */
export type Reply = readonly Element[]

/** Function that finds the answer in a reply. It returns `undefined` if the answer has not arrived yet. */
export type Select<T> = (reply: Reply) => T | undefined

/** Returns the features of a stream (RFC 6120 §4.3.2), or `undefined` for an empty reply. */
export function featuresIn(reply: Reply): Element | undefined {
  return onlyChild(reply, isFeatures)
}

/** Returns true for the features of a stream (RFC 6120 §4.3.2). */
export function isFeatures({ namespace, name }: Element): boolean {
  return namespace === STREAMS && name === 'features'
}

/**
 * Returns the only child of a body, or `undefined` for an empty body: the answer comes later.
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL for an unexpected child or more than one
 */
export function onlyChild(reply: Reply, isExpected: (child: Element) => boolean): Element | undefined {
  const [child] = reply
  if (child === undefined) return undefined
  if (reply.length > 1 || !isExpected(child)) throw protocolError('the server sent an unexpected element')
  return child
}
