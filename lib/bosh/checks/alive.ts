import type { Conditions } from '../../errors/conditions'
import { protocolError } from '../../errors/error'
import type { Domain } from '../../jid'
import type { Body } from '../body'
import { endOf } from './end'

/**
 * Checks that a body does not end its session, and is of a known type.
 *
 * @throws {XmppBoshError} the error of the end; ERR_XMPP_PROTOCOL for another type
 */
export function assertAlive(body: Body, domain: Domain, terminations: Conditions): void {
  const end = endOf(body, domain, terminations)
  if (end) throw end
  assertKnownType(body)
}

/**
 * Checks the type of a body: none, or the end of its session.
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL for another type
 */
export function assertKnownType({ type }: Body): void {
  if (type === 'error') throw protocolError('the server reported a failed request')
  if (type !== undefined && type !== 'terminate') throw protocolError('the server sent a body of an unknown type')
}
