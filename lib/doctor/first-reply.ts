import { type Body, readBody } from '../bosh/body'
import type { Transport } from '../bosh/transport'

/** A transport that keeps the first reply, which shows the software that answered. */
export interface FirstReplyTransport extends Transport {
  /** the first reply, if it was a BOSH body */
  readonly firstBody: Body | undefined
  /** the first reply was an HTML page */
  readonly isHtml: boolean
}

export function keepFirstReply(transport: Transport): FirstReplyTransport {
  let first: Buffer | undefined
  return {
    connect(url) {
      const connection = transport.connect(url)
      return {
        async post(body, options) {
          const reply = await connection.post(body, options)
          first ??= reply
          return reply
        },
        release: () => connection.release(),
        get repeats() {
          return connection.repeats
        },
      }
    },
    close: () => transport.close(),
    get firstBody() {
      try {
        return first && readBody(first)
      } catch {
        // The session that sent the request has reported the error.
        return undefined
      }
    },
    get isHtml() {
      return first !== undefined && /^\s*<(?:!doctype|html)/i.test(first.toString('latin1', 0, 256))
    },
  }
}
