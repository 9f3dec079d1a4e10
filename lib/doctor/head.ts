import diagnostics from 'node:diagnostics_channel'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { urlOf } from '../options/url'

/** Parts of the head of the replies from one URL. */
export interface Heads {
  /** header `Server` of the first reply */
  readonly server: string | undefined
  /** origin that the last redirect leads to */
  readonly redirectsTo: string | undefined
  /** Ends the watch. */
  release(): void
}

// Node publishes every reply to a client here. The transport of the library keeps bodies only.
const CHANNEL = 'http.client.response.finish'

/** Watches the replies from `url` to this process. */
export function watchHeads(url: URL): Heads {
  let server: string | undefined
  let redirectsTo: string | undefined
  const watch = (message: unknown) => {
    const { request, response } = message as { request: ClientRequest; response: IncomingMessage }
    if (request.getHeader('host') !== url.host) return
    const sent = response.headers['server']
    if (typeof sent === 'string') server ??= sent
    redirectsTo = originOf(response.headers.location, url) ?? redirectsTo
  }
  diagnostics.subscribe(CHANNEL, watch)
  return {
    get server() {
      return server
    },
    get redirectsTo() {
      return redirectsTo
    },
    release: () => void diagnostics.unsubscribe(CHANNEL, watch),
  }
}

function originOf(location: string | undefined, base: URL): string | undefined {
  const url = location === undefined ? undefined : urlOf(location, base)
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? url.origin : undefined
}
