import type { Configuration } from './oidc'

export type Features = NonNullable<Configuration['features']>
type Pages = Required<Pick<NonNullable<Features['rpInitiatedLogout']>, 'logoutSource' | 'postLogoutSuccessSource'>>

/**
 * Returns the features of the provider. Everything that oidc-provider has on by default is either configured here or off.
 *
 * @param resourceIndicators resources that a client can ask an access token for, beside the userinfo endpoint
 */
export function featuresWith(pages: Pages, resourceIndicators: Features['resourceIndicators']): Features {
  return {
    devInteractions: { enabled: false },
    dPoP: { enabled: false },
    userinfo: { enabled: true },
    revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true, ...pages },
    pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: false },
    resourceIndicators: resourceIndicators ?? { enabled: false },
    // Off by default; here, so that an update which turns one on does not go unseen.
    claimsParameter: { enabled: false },
    clientCredentials: { enabled: false },
    deviceFlow: { enabled: false },
    encryption: { enabled: false },
    introspection: { enabled: false },
    registration: { enabled: false },
    requestObjects: { enabled: false },
  }
}
