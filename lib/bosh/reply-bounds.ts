import type { DocumentLimits, Element } from '../xml/read'
import type { ChildLimits } from '../xml/read-by-child'
import { type Body, readBody, readBodyByChild } from './body'
import { emptyReply } from './checks/empty-reply'

/** Bounds of one reply that holds several answers. It is read child by child. */
export interface ReplyBounds extends DocumentLimits {
  /** size of the reply, in bytes */
  readonly maxBytes: number
  /** time before a further request for answers that are still due, in ms */
  readonly pauseMs: number
  /** returns the limits of a child of the body; `head` is its start tag alone */
  readonly limitsOf: (head: Element) => ChildLimits
}

/**
 * Reads the reply to a request.
 *
 * @param bounds by default the reply is read as a whole, within the limits of `limits.ts`
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if the reply is empty or not exactly one `<body/>`
 */
export function readReply(bytes: Uint8Array, bounds: ReplyBounds | undefined): Body {
  if (bytes.length === 0) throw emptyReply()
  return bounds ? readBodyByChild(bytes, bounds, bounds.limitsOf) : readBody(bytes)
}
