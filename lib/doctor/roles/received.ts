import type { Transport } from '../../bosh/transport'
import { XmppBoshError } from '../../errors/error'

/** Transport that counts the bytes of its replies. Its owner closes the transport below. */
export interface CountingTransport extends Transport {
  /** bytes of all replies up to now */
  readonly bytes: number
  /** a reply was larger than its bound */
  readonly isTooLarge: boolean
}

export function countReceived(transport: Transport): CountingTransport {
  let bytes = 0
  let isTooLarge = false
  return {
    connect(url) {
      const connection = transport.connect(url)
      return {
        async post(body, options) {
          try {
            const reply = await connection.post(body, options)
            bytes += reply.length
            return reply
          } catch (error) {
            isTooLarge ||= XmppBoshError.is(error) && error.code === 'ERR_XMPP_TOO_LARGE'
            throw error
          }
        },
        release: () => connection.release(),
        get repeats() {
          return connection.repeats
        },
      }
    },
    close() {},
    get bytes() {
      return bytes
    },
    get isTooLarge() {
      return isTooLarge
    },
  }
}
