import diagnostics from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'

/** Parts of the head of the replies from one URL. */
export interface Heads {
  /** header `Server` of the first reply */
  readonly server: string | undefined
  /** Ends the watch. */
  release(): void
}

// Node publishes every reply to a client here. The transport of the library keeps bodies only.
const CHANNEL = 'http.client.response.finish'

/** Watches the replies from `url` to this process. */
export function watchHeads(url: URL): Heads {
  let server: string | undefined
  const watch = (message: unknown) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage }
    if (request.getHeader('host') !== url.host) return
    const sent = response.headers['server']
    if (typeof sent === 'string') server ??= sent
  }
  diagnostics.subscribe(CHANNEL, watch)
  return {
    get server() {
      return server
    },
    release: () => void diagnostics.unsubscribe(CHANNEL, watch),
  }
}
