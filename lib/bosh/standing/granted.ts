import { XmppBoshError } from '../../errors/error'
import { MAX_STANDING_WAIT_S, STANDING_WAIT_S } from '../../limits'
import { type Body, numberOf } from '../body'

/**
 * Returns the ms for which the server may hold a request, as it granted them (XEP-0124 §7.2).
 *
 * @throws {XmppBoshError} ERR_XMPP_ACCOUNT for a polling session (XEP-0124 §12): it learns of a message too late
 */
export function grantedWait(created: Body): number {
  const isPolling = ['wait', 'hold'].some(name => numberOf(created, name) === 0) || numberOf(created, 'requests') === 1
  if (isPolling) {
    throw new XmppBoshError(
      'ERR_XMPP_ACCOUNT',
      'the server holds no request (it granted wait 0, hold 0 or requests 1): a service account needs its BOSH to hold one, and to take a second one beside it',
    )
  }
  return Math.min(numberOf(created, 'wait') ?? STANDING_WAIT_S, MAX_STANDING_WAIT_S) * 1000
}
