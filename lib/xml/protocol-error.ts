import { protocolError } from '../errors/error'
import { XmlError } from './restrictions'

/**
 * Runs `parse` and returns its result.
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL in place of an {@link XmlError}; other errors pass unchanged
 */
export function asProtocolError<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw error instanceof XmlError ? protocolError(`the reply is not valid XMPP XML: ${error.message}`) : error
  }
}
