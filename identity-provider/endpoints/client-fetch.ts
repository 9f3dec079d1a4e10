import type { Client } from '../clients/client'
import type { LogProviderEvent } from '../operation/events'
import type { Configuration } from '../provider/oidc'
import { Deliveries } from '../sessions/deliveries'

type Fetch = NonNullable<Configuration['fetch']>
/** Part of a request that Node knows, and its types do not. */
type GuardedInit = RequestInit & { dispatcher?: unknown }

export interface ClientFetch {
  /** Sends the requests of oidc-provider to clients. Logout tokens go out in the background: it is told that they arrived. */
  readonly fetch: Fetch
  close(): Promise<void>
}

/**
 * Creates the way to the clients. oidc-provider guards its requests against addresses of private networks; for a client with
 * `private_network`, and for its back-channel logout alone, the guard is taken off.
 */
export function createClientFetch(clients: readonly Client[], logEvent: LogProviderEvent): ClientFetch {
  const byUrl = new Map(clients.flatMap(client => logoutUrlOf(client).map(url => [url, client] as const)))
  const deliveries = new Deliveries({
    send: (url, options) => globalThis.fetch(url, options),
    done(url, reason) {
      const client = byUrl.get(url)?.metadata.client_id
      if (reason === undefined) logEvent(undefined, 'oidc-logout-told', { client })
      else logEvent(undefined, 'oidc-logout-failed', { outcome: 'failed', client, reason })
    },
  })
  return {
    async fetch(url, options) {
      const address = String(url)
      const init: GuardedInit = { ...options }
      // The one thing that oidc-provider posts.
      if (init.method !== 'POST') return globalThis.fetch(address, init)
      if (byUrl.get(address)?.privateNetwork) delete init.dispatcher
      deliveries.accept(address, init)
      return new Response(null, { status: 204 })
    },
    close: () => deliveries.close(),
  }
}

function logoutUrlOf({ metadata: { backchannel_logout_uri: uri } }: Client): string[] {
  // As oidc-provider writes it.
  return uri === undefined ? [] : [new URL(uri).href]
}
