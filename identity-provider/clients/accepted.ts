import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'
import type { Client } from './client'

/**
 * Lets oidc-provider check all relying parties. It would check each of them at its first request only.
 * @param find `id => provider.Client.find(id)`
 * @throws ConfigError for the first that it refuses
 */
export async function checkAccepted(clients: readonly Client[], find: (id: string) => Promise<unknown>): Promise<void> {
  for (const { metadata } of clients) {
    const id = JSON.stringify(metadata.client_id)
    let found: unknown
    try {
      found = await find(metadata.client_id)
    } catch (reason) {
      const { error_description: description } = Object(reason)
      if (typeof description !== 'string') throw reason
      throw new ConfigError(`OIDC_CLIENTS: oidc-provider refuses the entry with client_id ${id}: ${description}`)
    }
    if (found === undefined) throw new ConfigError(`OIDC_CLIENTS: oidc-provider lacks the entry with client_id ${id}`)
  }
}
