import type { RoleReaderLike } from 'passport-xmpp-bosh'
import { ownCookie } from 'passport-xmpp-bosh-login-site/protection/cookies'
import type { ChatTokens } from '../chat/chat-tokens'
import { findAccounts } from '../claims/account'
import type { SubjectOf } from '../claims/pairwise'
import { claimsByScope } from '../claims/scopes'
import type { Client } from '../clients/client'
import type { Keys } from '../keys/keys'
import { showError } from '../pages/error'
import { logoutPages } from '../pages/logout'
import type { Standing } from '../sessions/standing'
import type { ProviderStore } from '../stores/provider-store'
import { ownOrigins } from './cors'
import { featuresWith } from './features'
import { existingGrants } from './grants'
import { LIFETIMES } from './lifetimes'
import type { OidcProvider } from './load'
import type { Configuration } from './oidc'
import { policyWith } from './policy'

export interface ProviderOptions {
  readonly clients: readonly Client[]
  readonly keys: Keys
  readonly store: ProviderStore
  readonly standing: Standing
  readonly roles: Pick<RoleReaderLike, 'of'> | undefined
  readonly subjectOf: SubjectOf
  readonly pictureOf: (clientId: string, accountId: string) => string
  readonly hasEmail: boolean
  /** Tells if the visitors of a client are not asked for their consent. */
  readonly isFirstParty: (clientId: string) => boolean
  /** `undefined`: there are no tokens for the chat */
  readonly chat: ChatTokens | undefined
  readonly production: boolean
  /** path of the site, without a slash at its end */
  readonly base: string
  /** Sends the requests of the provider to its clients. */
  readonly fetch: NonNullable<Configuration['fetch']>
}

/** Algorithms that sign ID tokens and logout tokens */
const SIGNING = ['RS256', 'ES256'] as const

/** Returns the configuration of oidc-provider. It leaves no function of its defaults in use that warns when it is called. */
export function configurationOf(oidc: OidcProvider, options: ProviderOptions): Configuration {
  const { clients, keys, store, base, subjectOf, chat } = options
  const pkce = new Map(clients.map(({ metadata, requirePkce }) => [metadata.client_id, requirePkce]))
  return {
    adapter: model => store.adapter(model),
    clients: clients.map(({ metadata }) => ({ ...metadata })),
    // The key of chat tokens has an algorithm of its own, so no other token is signed with it.
    jwks: { keys: [...keys.jwks.keys, ...(chat ? [chat.jwk] : [])] },
    cookies: cookiesOf(options),
    ...protocolOf(options),
    loadExistingGrant: existingGrants(options.isFirstParty),
    pkce: { required: (_ctx, { clientId }) => pkce.get(clientId) ?? true },
    pairwiseIdentifier: async (_ctx, accountId, client) => subjectOf(accountId, client),
    findAccount: findAccounts({ ...options, profiles: store.profiles }),
    interactions: {
      policy: policyWith(oidc, store.bindings),
      url: (_ctx, { uid }) => `${base}/interaction/${uid}`,
    },
    fetch: options.fetch,
  }
}

/** Returns the part of the configuration that is the same for every installation, but for one scope. */
function protocolOf({ hasEmail, subjectOf, chat }: ProviderOptions): Configuration {
  return {
    features: featuresWith(logoutPages(subjectOf), chat?.resourceIndicators),
    responseTypes: ['code'],
    scopes: ['openid', 'offline_access', ...(chat ? [chat.scope] : [])],
    ...(chat && { extraTokenClaims: chat.extraTokenClaims }),
    claims: claimsByScope(hasEmail),
    // Simple clients look for names and groups in the ID token alone.
    conformIdTokenClaims: false,
    subjectTypes: ['public', 'pairwise'],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
    enabledJWA: { idTokenSigningAlgValues: [...SIGNING] },
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: ownOrigins,
    // The end of the session is the end of everything that was given for it, refresh tokens as well.
    expiresWithSession: async () => true,
    issueRefreshToken: async (_ctx, client, source) =>
      client.grantTypeAllowed('refresh_token') && source.scopes.has('offline_access'),
    rotateRefreshToken: true,
    ttl: LIFETIMES,
    routes: { pushed_authorization_request: '/par' },
    renderError: showError,
    discovery: { ui_locales_supported: ['en', 'de'] },
  }
}

/**
 * Returns the cookies, signed. That of the session has the prefix which only this host can set. Those of an interaction belong to
 * its address, so that two tabs can sign in at once; this excludes the prefix.
 */
function cookiesOf({ keys, production, base }: ProviderOptions): Configuration['cookies'] {
  const { name, attributes } = ownCookie('provider', production, base)
  const prefix = production ? '__Secure-' : ''
  const own = base.replaceAll('/', '.')
  const { path, httpOnly, sameSite, secure } = attributes
  const options = { httpOnly, sameSite, secure, signed: true } as const
  return {
    names: { session: name, interaction: `${prefix}interaction${own}`, resume: `${prefix}resume${own}` },
    long: { ...options, path },
    short: options,
    keys: keys.cookieKeys,
  }
}
