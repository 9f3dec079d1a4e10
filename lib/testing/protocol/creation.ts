import { randomUUID } from 'node:crypto'
import { prepareConfiguredDomain } from '../../jid'
import { XBOSH } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import type { Personality } from '../personalities/habits'
import type { Attributes, Reply } from './reply'

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
  { replies, sessions }: Personality,
): { readonly refusal: Reply } | Terms {
  const asked = attributes.get('wait')
  const to = attributes.get('to')
  const refusal =
    (asked === undefined ? replies.withoutWait : undefined) ??
    (attributes.has('hold') ? undefined : replies.withoutHold) ??
    (asked === undefined || /^[0-9]{1,9}$/.test(asked) ? undefined : replies.malformed) ??
    (to === undefined ? replies.withoutDomain : undefined) ??
    (to === undefined || isServed(to, domain, sessions.comparesLetters) ? undefined : replies.unknownDomain)
  if (refusal !== undefined) return { refusal }
  const wait = Math.min(Number(asked ?? WAIT_S), sessions.maxWait)
  const requests = sessions.grantsHoldZero && attributes.get('hold') === '0' ? REQUESTS - 1 : REQUESTS
  return {
    wait,
    requests,
    polling: requests < REQUESTS && wait === 0 ? Number(replies.created['polling']) : 0,
    isVersioned: !sessions.needsVersion || attributes.has(`{${XBOSH}}version`),
  }
}

function isServed(to: string, domain: string, comparesLetters: boolean): boolean {
  return comparesLetters ? to === domain : prepareConfiguredDomain(to)?.wire === domain
}

/** Values for the attributes of a reply, by the names that {@link ReplyHabits} lists. */
export type Values = ReadonlyMap<string, string>

/** Returns what the attributes of a session's replies may hold, except the rid. */
export function valuesOf({ wait, requests }: Terms, inactivity: number, domain: string, sid: string): Values {
  return new Map([
    ['sid', sid],
    ['authid', randomUUID()],
    ['domain', domain],
    ['wait', String(wait)],
    ['hold', String(requests - 1)],
    ['requests', String(requests)],
    ['inactivity', String(inactivity)],
  ])
}

/** Fills the values into the attributes of a reply to the request `rid`. */
export function filled(attributes: Attributes, values: Values, rid: number): Attributes {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(attributes)) {
    result[name] = value.replace(/\{([a-z]+)\}/, (_, key: string) => {
      if (key === 'rid') return String(rid)
      return key === 'previous' ? String(rid - 1) : (values.get(key) ?? '')
    })
  }
  return result
}
