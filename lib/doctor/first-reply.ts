import { type Body, readBody } from '../bosh/body'
import type { Transport } from '../bosh/transport'

/** A transport that keeps the first reply, which tells who answered. */
export interface Observed extends Transport {
  /** the first reply, if it was one of BOSH */
  readonly created: Body | undefined
  /** the first reply was an HTML page */
  readonly isPage: boolean
}

export function observed(transport: Transport): Observed {
  let first: Buffer | undefined
  return {
    async post(url, body, options) {
      const reply = await transport.post(url, body, options)
      first ??= reply
      return reply
    },
    close: () => transport.close(),
    get created() {
      try {
        return first && readBody(first)
      } catch {
        // Whoever asked for it has got the error.
        return undefined
      }
    },
    get isPage() {
      return first !== undefined && /^\s*<(?:!doctype|html)/i.test(first.toString('latin1', 0, 256))
    },
  }
}
