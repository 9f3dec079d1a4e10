import { protocolError, type XmppBoshError } from '../../errors/error'

const empty = new WeakSet<object>()

/** Returns the error for an HTTP reply of status 200 that holds not one byte, and so no `<body/>`. */
export function emptyReply(): XmppBoshError {
  const error = protocolError('the reply is empty: HTTP status 200 without a BOSH body')
  empty.add(error)
  return error
}

/** Returns true for the error of {@link emptyReply}. MongooseIM replies so if it fails over what a request holds. */
export function isEmptyReply(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && empty.has(reason)
}
