import type { BoshSession } from '../bosh/session'
import { BIND_ERRORS, conditionError, SESSION_ERRORS } from '../errors/conditions'
import { protocolError, XmppBoshError } from '../errors/error'
import { type Domain, isSameDomain, prepareLocalpart, splitJid } from '../jid'
import { MAX_JID_PART_BYTES } from '../limits'
import { askIq, senders, stanzaErrorOf } from '../stanzas/iq'
import type { Signal } from '../time/light-signal'
import { BIND, SESSION } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import { type Element, textOf } from '../xml/read'
import { element } from '../xml/write'
import type { LoginPlan } from './plan'

/**
 * Binds a resource and returns the full JID that the server bound. The request leaves `<resource/>` out, so the server
 * generates one (RFC 6120 §7.6): a fixed resource would end another session of the visitor.
 *
 * @throws {XmppBoshError} the code that BIND_ERRORS has for the server's refusal; ERR_XMPP_PROTOCOL for a malformed reply
 */
export async function bindResource(
  session: BoshSession,
  signal: Signal,
  { credentials, domain }: LoginPlan,
): Promise<string> {
  const set = { type: 'set', payload: element('bind', { xmlns: BIND }), from: senders(domain, credentials) } as const
  const answer = await askIq(session, set, signal)
  const error = stanzaErrorOf(answer)
  if (error !== undefined) {
    throw conditionError(BIND_ERRORS, 'ERR_XMPP_PROTOCOL', error.condition, 'the server refused to bind a resource')
  }
  // RFC 6120 §7.6.1, §8.2.3: the result has one child, <bind/>, and that contains one <jid/>
  const [bind, ...more] = answer.children
  const jids = bind?.children.filter(child => child.namespace === BIND && child.name === 'jid') ?? []
  const [jid] = jids
  const isBind = bind?.namespace === BIND && bind.name === 'bind' && more.length === 0
  if (!isBind || jids.length !== 1 || jid === undefined) throw protocolError('the server did not bind a JID')
  return asProtocolError(() => textOf(jid))
}

/**
 * Checks that the server bound the requested account: the bound JID is the server's statement of the account's identity.
 * Compares prepared (RFC 6122 appendix A): a server may spell the account as it was made, or as another client typed it.
 *
 * @throws {XmppBoshError} ERR_XMPP_IDENTITY for another account or an invalid resource
 */
export function assertIdentity(bound: string, { credentials, domain }: LoginPlan): void {
  const { local = '', domain: boundDomain, resource = '' } = splitJid(bound)
  const isSame =
    (local === credentials.local || prepareLocalpart(local) === credentials.local) && isSameDomain(boundDomain, domain)
  if (!isSame || resource === '' || Buffer.byteLength(resource) > MAX_JID_PART_BYTES) {
    throw new XmppBoshError(
      'ERR_XMPP_IDENTITY',
      'the server bound a JID that is not a full JID of the account that logged in',
    )
  }
}

/**
 * Returns true if the features after SASL demand that the session is established (RFC 3921 §3), as those of MongooseIM do:
 * it answers no stanza before. Other servers mark it as optional.
 */
export function demandsSession({ children }: Element): boolean {
  for (const { namespace, name, children: inside } of children) {
    if (namespace !== SESSION || name !== 'session') continue
    return !inside.some(child => child.name === 'optional')
  }
  return false
}

/**
 * Establishes the session of a bound resource (RFC 3921 §3).
 *
 * @throws {XmppBoshError} the code that SESSION_ERRORS has for the server's refusal
 */
export async function establishSession(
  session: BoshSession,
  signal: Signal,
  domain: Domain,
  local: string,
): Promise<void> {
  const set = {
    type: 'set',
    payload: element('session', { xmlns: SESSION }),
    from: senders(domain, { local }),
  } as const
  const error = stanzaErrorOf(await askIq(session, set, signal))
  if (error === undefined) return
  const message = 'the server let the account in, but refused to establish its session (RFC 3921)'
  throw conditionError(SESSION_ERRORS, 'ERR_XMPP_PROTOCOL', error.condition, message)
}
