import { ACCOUNT_ERRORS, conditionError } from '../errors/conditions'
import { XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { type Iq, senders } from '../stanzas/iq'
import { REGISTER } from '../xml/namespaces'
import { element, type Node } from '../xml/write'

/** Returns the request that changes the account `username`: `children` stand in `<query/>` (XEP-0077 §3.2, §3.3). */
export function accountIq(domain: Domain, username: string, children: readonly Node[]): Iq {
  const payload = element('query', { xmlns: REGISTER }, ...children)
  return { type: 'set', to: domain.wire, payload, from: senders(domain, { local: username }) }
}

/** Returns the error for a condition with which the server refused {@link accountIq}. */
export function accountError(condition: string, message: string): XmppBoshError {
  return conditionError(ACCOUNT_ERRORS, 'ERR_XMPP_PROTOCOL', condition, message)
}

/**
 * Returns true if the server ended the stream as servers do when its account is removed.
 *
 * Prosody does so in place of a reply, which proves nothing by itself. The removal is proved if the server now refuses
 * the password that it has just accepted.
 */
export function endsStreamOfAccount(reason: unknown): boolean {
  const { code, condition } = XmppBoshError.is(reason) ? reason : {}
  return code === 'ERR_XMPP_TERMINATED' && (condition === 'not-authorized' || condition === 'conflict')
}
