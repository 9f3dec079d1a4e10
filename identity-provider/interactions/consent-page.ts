import type { RegisteredClient } from '../provider/oidc'
import type { MissingParts } from './answers'
import type { Found } from './find'

/** Scopes in the order in which the page names them */
const ORDER = ['openid', 'xmpp', 'profile', 'email', 'groups', 'offline_access']

/** Returns the values of the page that asks for consent. */
export function consentPage({ interaction, client }: Pick<Found, 'interaction' | 'client'>): object {
  const { missingOIDCScope = [], missingResourceScopes = {} } = interaction.prompt.details as MissingParts
  // A scope of a resource is one of the provider's as well.
  const missing = new Set([...missingOIDCScope, ...Object.values(missingResourceScopes).flat()])
  const known = ORDER.filter(scope => missing.delete(scope))
  return {
    uid: interaction.uid,
    client: described(client, interaction.params['redirect_uri']),
    scopes: [...known, ...missing],
  }
}

function described({ clientName, clientId, policyUri, tosUri }: RegisteredClient, redirectUri: unknown) {
  return { name: clientName ?? clientId, site: siteOf(redirectUri), policyUri, tosUri }
}

/** Returns the place that the answer goes to, as people read it. A native app has a scheme of its own. */
function siteOf(uri: unknown): string {
  const { protocol, host } = new URL(String(uri))
  return ['https:', 'http:'].includes(protocol) ? host : protocol
}
