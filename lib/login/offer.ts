import { protocolError } from '../errors/error'
import { MAX_MECHANISMS } from '../limits'
import { SASL, SASL_CHANNEL_BINDING } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import type { Element } from '../xml/read'
import { textOf } from '../xml/read'

/**
 * Returns the names of the SASL mechanisms that a stream offers, unchanged and in its order (RFC 6120 §6.3.3).
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL for two lists, for too many names, and for a name that contains elements
 */
export function offeredMechanisms(features: Element): string[] {
  const lists = features.children.filter(child => child.namespace === SASL && child.name === 'mechanisms')
  if (lists.length > 1) throw protocolError('the server offers two lists of mechanisms')
  const names = (lists[0]?.children ?? []).filter(child => child.namespace === SASL && child.name === 'mechanism')
  if (names.length > MAX_MECHANISMS) throw protocolError('the server offers too many mechanisms')
  return asProtocolError(() => names.map(name => textOf(name).trim()))
}

/** Returns the types of channel binding that a stream offers (XEP-0440 §3). */
export function offeredChannelBindings(features: Element): string[] {
  return features.children
    .filter(child => child.namespace === SASL_CHANNEL_BINDING && child.name === 'sasl-channel-binding')
    .flatMap(list => list.children)
    .filter(child => child.namespace === SASL_CHANNEL_BINDING && child.name === 'channel-binding')
    .map(binding => binding.attributes.get('type') ?? '')
}

/** Returns the names that are well-formed (RFC 4422 §3.1), for messages: a server can send any text as a name. */
export function printableMechanisms(offered: readonly string[]): string[] {
  return offered.filter(name => /^[A-Z0-9_-]{1,20}$/.test(name))
}
