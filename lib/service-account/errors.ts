import { XmppBoshError } from '../errors/error'

/** Returns the error after `close()`. */
export function closed(): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'close() was called')
}

/** Returns the error for a caller who left. */
export function aborted(): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_ABORTED', 'the caller stopped waiting for the service account')
}

/** Returns the error for a request whose answer went to a session that is over. */
export function sessionLost(cause: XmppBoshError): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'the session of the service account ended before the answer', {
    cause,
  })
}

/** Returns the error for a request without an answer in time. */
export function unanswered(ms: number): XmppBoshError {
  return new XmppBoshError('ERR_XMPP_TIMEOUT', `no answer within ${ms} ms; see option \`timeout\``)
}
