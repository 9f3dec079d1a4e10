import type { Configuration } from 'openid-client' with { 'resolution-mode': 'import' }

/** Claims of an ID token or of the userinfo endpoint. */
export type Claims = Readonly<Record<string, unknown>>

/** How this program is registered with the provider. */
export interface Registration {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUri: string
  readonly signedOutUri: string
  readonly scope: string
}

/** Values that a sign-in compares with those of its answer. */
export interface Asked {
  readonly verifier: string
  readonly state: string
  readonly nonce: string
}

export interface SignIn {
  /** of the ID token */
  readonly claims: Claims
  readonly userInfo: Claims
  /** The provider shows no question when it gets it at the sign-out. */
  readonly idToken: string
}

/** The provider has refused. `code` is a word of OpenID Connect. */
export interface Refusal {
  readonly code: string
}

/** The prompts of OpenID Connect that the page offers. */
export const PROMPTS = ['login', 'none'] as const
export type Prompt = (typeof PROMPTS)[number]

/** The provider, as a relying party talks to it. */
export interface OpenIdConnect {
  /** Returns the address at the provider that the browser goes to. */
  begin(prompt: Prompt | undefined): Promise<{ readonly url: string; readonly asked: Asked }>
  /** Reads the answer with which the browser came back. @param here the address with its query */
  finish(here: URL, asked: Asked): Promise<SignIn | Refusal>
  signOutUrl(idToken: string): Promise<string>
  /** Returns the session that a logout token ends. Rejects when the token is not one of this provider for this program. */
  sessionOf(logoutToken: unknown): Promise<string>
}

const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout'

/** Creates a relying party. It asks the provider for its addresses and keys at the first sign-in. */
export function createOpenIdConnect(registration: Registration): OpenIdConnect {
  const { redirectUri, signedOutUri, scope } = registration
  const configuration = onceDone(() => discover(registration))
  const keys = onceDone(async () => {
    const { createRemoteJWKSet } = await import('jose')
    return createRemoteJWKSet(new URL((await configuration()).serverMetadata().jwks_uri ?? ''))
  })
  return {
    async begin(prompt) {
      const client = await import('openid-client')
      const asked = {
        verifier: client.randomPKCECodeVerifier(),
        state: client.randomState(),
        nonce: client.randomNonce(),
      }
      const url = client.buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirectUri,
        scope,
        code_challenge: await client.calculatePKCECodeChallenge(asked.verifier),
        code_challenge_method: 'S256',
        state: asked.state,
        nonce: asked.nonce,
        ...(prompt && { prompt }),
      })
      return { url: url.href, asked }
    },
    async finish(here, asked) {
      return finish(await configuration(), here, asked)
    },
    async signOutUrl(idToken) {
      const client = await import('openid-client')
      const options = { id_token_hint: idToken, post_logout_redirect_uri: signedOutUri }
      return client.buildEndSessionUrl(await configuration(), options).href
    },
    async sessionOf(logoutToken) {
      const { jwtVerify } = await import('jose')
      const { issuer, clientId: audience } = registration
      // OpenID Connect Back-Channel Logout 1.0 §2.6
      const options = { issuer, audience, typ: 'logout+jwt', maxTokenAge: '2 minutes', requiredClaims: ['sid', 'jti'] }
      const { payload } = await jwtVerify(String(logoutToken), await keys(), options)
      const isLogout = Object.hasOwn(Object(payload['events']), LOGOUT_EVENT) && !('nonce' in payload)
      if (!isLogout) throw new TypeError('not a logout token')
      return String(payload['sid'])
    },
  }
}

async function discover({ issuer, clientId, clientSecret }: Registration): Promise<Configuration> {
  const client = await import('openid-client')
  // For a provider on this machine alone: openid-client refuses all others without https.
  const execute = issuer.startsWith('http://localhost:') ? [client.allowInsecureRequests] : []
  return client.discovery(new URL(issuer), clientId, clientSecret, undefined, { execute })
}

async function finish(configuration: Configuration, here: URL, asked: Asked): Promise<SignIn | Refusal> {
  const client = await import('openid-client')
  try {
    const tokens = await client.authorizationCodeGrant(configuration, here, {
      pkceCodeVerifier: asked.verifier,
      expectedState: asked.state,
      expectedNonce: asked.nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims() as Claims & { readonly sub: string }
    const userInfo = await client.fetchUserInfo(configuration, tokens.access_token, claims.sub)
    return { claims, userInfo, idToken: String(tokens.id_token) }
  } catch (reason) {
    if (reason instanceof client.AuthorizationResponseError) return { code: reason.error }
    throw reason
  }
}

/** Returns a function that does something once, or again after it failed. */
function onceDone<Result>(action: () => Promise<Result>): () => Promise<Result> {
  let done: Promise<Result> | undefined
  return () => {
    done ??= action().catch((reason: unknown) => {
      done = undefined
      throw reason
    })
    return done
  }
}
