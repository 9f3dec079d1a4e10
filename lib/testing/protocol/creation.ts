import { prepareConfiguredDomain } from '../../jid'
import { XBOSH } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import type { Personality } from '../personality'
import { type Attributes, type Reply, terminated } from './reply'

/** s that a request is held if the client does not say */
const WAIT_S = 60
/** requests that a client may have open at once while one is held (XEP-0124 §7.2) */
const REQUESTS = 2

/** The terms of a session, as the server grants them. */
export interface Terms {
  /** maximum s that a request is held */
  readonly wait: number
  /** requests that the client may have open at once */
  readonly requests: number
  /** minimum s between two requests, if none may be held (XEP-0124 §12) */
  readonly polling: number
  /** the client names the version of its stream, so the server sends features */
  readonly isVersioned: boolean
}

/** Reads the request for a session (XEP-0124 §7.1). Returns the reply that refuses it, or the terms. */
export function termsOf(
  { attributes }: Element,
  domain: string,
  { needsWait, needsVersion, maxWait, malformed, unknownDomain, created, sessions }: Personality,
): { readonly refusal: Reply } | Terms {
  const requested = attributes.get('wait')
  const to = attributes.get('to')
  if (needsWait && (requested === undefined || !attributes.has('hold'))) return { refusal: terminated('bad-request') }
  if (requested !== undefined && !/^[0-9]{1,9}$/.test(requested)) return { refusal: malformed }
  if (to === undefined) return { refusal: terminated('improper-addressing') }
  if (prepareConfiguredDomain(to)?.wire !== domain) return { refusal: terminated(unknownDomain) }
  const wait = Math.min(Number(requested ?? WAIT_S), maxWait)
  const requests = sessions.grantsHoldZero && attributes.get('hold') === '0' ? REQUESTS - 1 : REQUESTS
  return {
    wait,
    requests,
    polling: requests < REQUESTS && wait === 0 ? Number(created['polling']) : 0,
    isVersioned: !needsVersion || attributes.has(`{${XBOSH}}version`),
  }
}

/** Returns the attributes of the reply that creates a session (XEP-0124 §7.2). */
export function createdAttributes(
  { wait, requests, isVersioned }: Terms,
  { created: { 'xmpp:version': version, ...created }, inactivity }: Personality,
  domain: string,
  sid: string,
): Attributes {
  return {
    ...created,
    ...(isVersioned && { 'xmpp:version': version, authid: sid }),
    from: domain,
    sid,
    wait: String(wait),
    hold: String(requests - 1),
    requests: String(requests),
    inactivity: String(inactivity),
  }
}
