import { XmppBoshError } from '../../errors/error'
import { MAX_STANDING_XML_DEPTH, MAX_STANDING_XML_ELEMENTS } from '../../limits'
import { type Body, readBody } from '../body'

const LIMITS = { elements: MAX_STANDING_XML_ELEMENTS, depth: MAX_STANDING_XML_DEPTH }

/** Reads a reply of a standing session. Returns `undefined` for one that cannot be read. */
export function readStandingBody(bytes: Uint8Array): Body | undefined {
  if (bytes.length === 0) return undefined
  try {
    return readBody(bytes, LIMITS)
  } catch (reason) {
    if (XmppBoshError.is(reason)) return undefined
    throw reason
  }
}
