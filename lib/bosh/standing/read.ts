import { XmppBoshError } from '../../errors/error'
import { MAX_STANDING_XML_DEPTH, MAX_STANDING_XML_ELEMENTS } from '../../limits'
import { type Body, readBody, readBodyByChild } from '../body'

const LIMITS = { elements: MAX_STANDING_XML_ELEMENTS, depth: MAX_STANDING_XML_DEPTH }

/** Reply of a standing session, as far as it can be read. */
export interface StandingReply {
  /** the body with the children that can be read; `undefined` if its own tag cannot be read, or the tags do not match */
  readonly body: Body | undefined
  /** the server had nothing to say */
  readonly isEmpty: boolean
}

/** Reply that cannot be read: what is in it is lost. */
export const UNREADABLE: StandingReply = { body: undefined, isEmpty: false }

/** Reads a reply of a standing session. A stanza that cannot be read takes no other one with it: strangers write them. */
export function readStandingReply(bytes: Uint8Array): StandingReply {
  if (bytes.length === 0) return UNREADABLE
  const body = orUndefined(() => readBody(bytes, LIMITS))
  if (body) return { body, isEmpty: body.children.length === 0 }
  return { body: orUndefined(() => readBodyByChild(bytes, LIMITS)), isEmpty: false }
}

function orUndefined(parse: () => Body): Body | undefined {
  try {
    return parse()
  } catch (reason) {
    if (XmppBoshError.is(reason)) return undefined
    throw reason
  }
}
