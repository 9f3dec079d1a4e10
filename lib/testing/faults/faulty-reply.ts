import { gzipSync } from 'node:zlib'
import type { Node } from '../../xml/write'
import {
  type Attributes,
  bodyText,
  bound,
  type CorrectReply,
  failure,
  features,
  ok,
  page,
  type Reply,
  stanzaError,
  streamError,
  terminated,
  XML_TYPE,
} from '../protocol/reply'
import type { RequestView } from '../protocol/request'
import type { FaultReply, SaslFault } from './fault'

const TOO_LARGE_BYTES = 2 * 1024 * 1024

/** Returns true for a fault that changed the SASL exchange itself, so that the reply needs no change. */
export function isSaslFault(fault: FaultReply): fault is SaslFault {
  return fault === 'signature-in-challenge' || (typeof fault === 'object' && 'sasl' in fault)
}

/** Returns true if the fault ends the session. */
export function endsSession(fault: FaultReply): boolean {
  return fault === 'terminate' || (typeof fault === 'object' && ('terminate' in fault || 'streamError' in fault))
}

/** Returns true if the correct content comes with the next reply. */
export function keepsContent(fault: FaultReply): boolean {
  return fault === 'late' || (typeof fault === 'object' && 'again' in fault && fault.again === 'instead')
}

/** Builds the faulty reply that replaces the correct one. `last` is the SASL element that was sent before the request. */
export function faultyReply(
  fault: FaultReply,
  { children, attributes }: CorrectReply,
  request: RequestView,
  last?: Node,
): Reply {
  if (isSaslFault(fault)) return ok(children, attributes)
  if (typeof fault === 'string') return namedReply(fault, { children, attributes })
  if ('again' in fault) return ok([...(last ? [last] : []), ...(keepsContent(fault) ? [] : children)], attributes)
  if ('cut' in fault) return { ...ok(children, attributes), pace: fault }
  if ('status' in fault) return page(fault.status, fault.body ?? '', fault.headers)
  if ('body' in fault) return page(200, fault.body, XML_TYPE)
  if ('payload' in fault) return page(200, bodyAround(fault.payload, attributes), XML_TYPE)
  if ('rewrite' in fault) return page(200, fault.rewrite(bodyText(attributes, children), request), XML_TYPE)
  if ('terminate' in fault) return terminated(fault.terminate)
  if ('streamError' in fault) return streamError(fault.streamError)
  if ('offer' in fault) return ok([features(fault.offer, false)], attributes)
  // The answers are changed already.
  if ('answer' in fault) return ok(children, attributes)
  const id = children[0]?.attributes['id'] ?? ''
  if ('boundJid' in fault) return ok([bound(id, fault.boundJid)], attributes)
  return ok([stanzaError(id, fault.stanzaError)], attributes)
}

function namedReply(fault: Extract<FaultReply, string>, { children, attributes }: CorrectReply): Reply {
  const correct = ok(children, attributes)
  switch (fault) {
    case 'hang':
    case 'reset':
      return fault
    case 'too-large':
      return { ...correct, body: correct.body + ' '.repeat(TOO_LARGE_BYTES) }
    case 'drip':
      return { ...correct, pace: fault }
    case 'gzip':
      return page(200, gzipSync(correct.body), { ...XML_TYPE, 'Content-Encoding': 'gzip' })
    case 'not-xml':
      return page(200, '<!DOCTYPE html><html><body><p>It works!</body></html>')
    case 'empty':
    case 'late':
      return ok([], attributes)
    case 'error':
      return ok([], { ...attributes, type: 'error' })
    case 'terminate':
      return terminated()
    default:
      return ok([failure(fault)], attributes)
  }
}

function bodyAround(payload: string, attributes: Attributes): string {
  return bodyText(attributes, []).replace('/>', () => `>${payload}</body>`)
}
