import { HttpTransport, type Transport } from '../../../../lib/bosh/transport'
import { MAX_RESPONSE_BYTES_TOP } from '../../../../lib/limits'

/** Returns a transport that holds up one poll, once that is due, so that the next request overtakes it. */
export function reversing(reversal: { isDue: boolean }): Transport {
  const http = new HttpTransport({ maxResponseBytes: MAX_RESPONSE_BYTES_TOP })
  return {
    connect(url) {
      const connection = http.connect(url)
      return {
        get repeats() {
          return connection.repeats
        },
        release: () => connection.release(),
        async post(body, options) {
          if (!reversal.isDue || !body.endsWith('/>')) return connection.post(body, options)
          reversal.isDue = false
          options.onSent?.()
          await new Promise(resolve => setTimeout(resolve, 300))
          const { onSent: _, ...rest } = options
          return connection.post(body, rest)
        },
      }
    },
    close: () => http.close(),
  }
}
