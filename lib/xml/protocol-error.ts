import { protocolError } from '../errors/error'
import { XmlError } from './restrictions'

/** Runs what reads XML; its refusals become ERR_XMPP_PROTOCOL. */
export function asProtocolError<T>(reading: () => T): T {
  try {
    return reading()
  } catch (error) {
    throw error instanceof XmlError ? protocolError(`the reply is not the XML of XMPP: ${error.message}`) : error
  }
}
