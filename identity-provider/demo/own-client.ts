import { randomBytes } from 'node:crypto'
import { ConfigError } from 'passport-xmpp-bosh-login-site/config/readers'
import type { Client } from '../clients/client'
import { PATHS } from './relying-party/app'

const ID = 'demo'
const SCOPE = 'openid profile xmpp groups'

/** Returns the relying party of the demo as a client of the provider. @param origin address of the relying party */
export function ownClient(origin: string): Client {
  return {
    metadata: {
      client_id: ID,
      client_secret: randomBytes(32).toString('hex'),
      client_name: 'Demo app',
      application_type: 'web',
      redirect_uris: [origin + PATHS.callback],
      post_logout_redirect_uris: [origin + PATHS.signedOut],
      backchannel_logout_uri: origin + PATHS.backChannel,
      backchannel_logout_session_required: true,
      scope: SCOPE,
      response_types: ['code'],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_basic',
      subject_type: 'public',
      id_token_signed_response_alg: 'RS256',
    },
    // The page that asks for consent is a part of the demo.
    firstParty: false,
    requirePkce: true,
    privateNetwork: true,
  }
}

/** Adds a client to those of the file. @throws {ConfigError} */
export function withClient(clients: readonly Client[], own: Client): readonly Client[] {
  const { client_id: id } = own.metadata
  if (clients.some(({ metadata }) => metadata.client_id === id)) {
    throw new ConfigError(
      `OIDC_CLIENTS: the client_id ${JSON.stringify(id)} is that of the demo's own client: choose another`,
    )
  }
  return [...clients, own]
}
