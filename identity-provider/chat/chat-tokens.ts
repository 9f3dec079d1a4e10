import type {
  AccessToken,
  Client,
  ClientCredentials,
  JWK,
  KoaContextWithOIDC,
  ResourceServer,
} from 'oidc-provider' with { 'resolution-mode': 'import' }
import { CHAT_ALGORITHM, type ChatKey } from './chat-key'

/** The scope of chat tokens (XEP-0493): all that the account itself can do. A client has to have it in its entry. */
export const CHAT_SCOPE = 'xmpp:client:normal'
/** s; ejabberd cannot be told that a token has ended sooner */
export const CHAT_TOKEN_S = 60

export interface ChatTokensOptions {
  readonly key: ChatKey
  /** URI that a client names as `resource` (RFC 8707) */
  readonly resource: string
  /** Returns the bare JID of an account. */
  jidOf(accountId: string): string
  /** `errors.InvalidTarget` of oidc-provider */
  readonly InvalidTarget: new (
    description?: string,
  ) => Error
}

/** The parts of the configuration of oidc-provider that issue chat tokens. */
export interface ChatTokens {
  /** a scope for `scopes`; without it, the entry of a client could not have it */
  readonly scope: typeof CHAT_SCOPE
  /** a key for `jwks` */
  readonly jwk: JWK
  /** for `features.resourceIndicators` */
  readonly resourceIndicators: {
    readonly enabled: true
    getResourceServerInfo(ctx: KoaContextWithOIDC, resource: string, client: Client): ResourceServer
  }
  extraTokenClaims(ctx: KoaContextWithOIDC, token: AccessToken | ClientCredentials): { jid: string } | undefined
}

/**
 * Issues access tokens that ejabberd takes in place of a password: signed by a key of their own, with the claim `jid`, for a
 * minute. Only an account that signed in by password gets one, and only through a client with the scope in its entry.
 */
export function chatTokens({ key, resource, jidOf, InvalidTarget }: ChatTokensOptions): ChatTokens {
  const { kid } = key.privateJwk
  const server: ResourceServer = {
    scope: CHAT_SCOPE,
    audience: resource,
    accessTokenTTL: CHAT_TOKEN_S,
    accessTokenFormat: 'jwt',
    jwt: { sign: { alg: CHAT_ALGORITHM, kid } },
  }
  return {
    scope: CHAT_SCOPE,
    jwk: key.privateJwk,
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo(ctx, indicator, client) {
        if (indicator !== resource) throw new InvalidTarget()
        if (!scopesOf(client.scope).includes(CHAT_SCOPE))
          throw new InvalidTarget(`the client needs the scope ${CHAT_SCOPE}`)
        if (!mayBePassword(ctx)) throw new InvalidTarget('a chat token needs a sign-in with the password')
        return server
      },
    },
    extraTokenClaims(_ctx, token) {
      if (token.resourceServer === undefined) return undefined
      // A token of a client itself has no account.
      if (token.kind !== 'AccessToken') throw new InvalidTarget()
      // ejabberd does not read the scope: without it, it is a token that the person has not agreed to.
      if (!scopesOf(token.scope).includes(CHAT_SCOPE))
        throw new InvalidTarget(`the scope ${CHAT_SCOPE} was not granted`)
      return { jid: jidOf(token.accountId) }
    },
  }
}

function scopesOf(scope: string | undefined): readonly string[] {
  return scope?.split(' ') ?? []
}

/** Tells whether the account signed in by password, so far as it is known yet: at the start, the account has yet to sign in. */
function mayBePassword({ oidc }: KoaContextWithOIDC): boolean {
  const { AuthorizationCode, RefreshToken } = oidc.entities
  if (oidc.route === 'token') return isPassword((AuthorizationCode ?? RefreshToken)?.amr)
  return oidc.route !== 'resume' || isPassword(oidc.session?.amr)
}

function isPassword(amr: readonly string[] | undefined): boolean {
  return amr?.includes('pwd') === true
}
