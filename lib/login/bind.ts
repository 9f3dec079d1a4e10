import type { BoshSession } from '../bosh/session'
import { BIND_ERRORS, conditionError } from '../errors/conditions'
import { protocolError, XmppBoshError } from '../errors/error'
import { splitJid } from '../jid'
import { MAX_JID_PART_BYTES } from '../limits'
import { askIq, senders, stanzaErrorOf } from '../stanzas/iq'
import type { Signal } from '../time/light-signal'
import { BIND } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import { textOf } from '../xml/read'
import { element } from '../xml/write'
import type { LoginPlan } from './plan'

// RFC 6120 §7.6: without <resource/> the server makes one; a fixed one would end the visitor's other session.
export async function bindResource(
  session: BoshSession,
  signal: Signal,
  { credentials, domain }: LoginPlan,
): Promise<string> {
  const set = { type: 'set', payload: element('bind', { xmlns: BIND }), from: senders(domain, credentials) } as const
  const answer = await askIq(session, set, signal)
  const condition = stanzaErrorOf(answer)
  if (condition !== undefined) {
    throw conditionError(BIND_ERRORS, 'ERR_XMPP_PROTOCOL', condition, 'the server refused to bind a resource')
  }
  // RFC 6120 §7.6.1, §8.2.3: a result holds one child, and this one a JID
  const [bind, ...more] = answer.children
  const jids = bind?.children.filter(child => child.namespace === BIND && child.name === 'jid') ?? []
  const [jid] = jids
  const isBind = bind?.namespace === BIND && bind.name === 'bind' && more.length === 0
  if (!isBind || jids.length !== 1 || jid === undefined) throw protocolError('the server bound no JID')
  return asProtocolError(() => textOf(jid))
}

/** The bound JID is the server's word on who this is: it must be the one that was asked for, to the letter. */
export function assertIdentity(bound: string, { credentials, domain }: LoginPlan): void {
  const { local, domain: boundDomain, resource = '' } = splitJid(bound)
  const isSame = local === credentials.local && (boundDomain === domain.ascii || boundDomain === domain.wire)
  if (!isSame || resource === '' || Buffer.byteLength(resource) > MAX_JID_PART_BYTES) {
    throw new XmppBoshError('ERR_XMPP_IDENTITY', 'the server bound another JID than the one that logged in')
  }
}
