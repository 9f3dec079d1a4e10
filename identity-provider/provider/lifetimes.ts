import type { Request } from 'express'
import { lifetimeOf } from 'passport-xmpp-bosh-login-site/stores/lifetimes'
import type { Configuration, KoaContextWithOIDC } from './oidc'

const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S

/** s. An access token, and an ID token, which is not used after the sign-in */
const ACCESS_S = 10 * MINUTE_S
/** s */
const CODE_S = MINUTE_S
/** s. Time for a sign-in, with everything that the visitor has to look up for it */
const INTERACTION_S = 10 * MINUTE_S
/** s, for all tokens together that came out of one another by rotation */
const REFRESH_S = 24 * HOUR_S
/** s. A session without an account keeps no more than the secret of a form. */
const EMPTY_SESSION_S = 10 * MINUTE_S

/** Returns the s that the session of the site can still last, at most; `undefined`: the visitor is not signed in. */
export function remainingS({ session, user }: Pick<Request, 'session' | 'user'>): number | undefined {
  const login = user && session?.login
  if (!login) return undefined
  const ms = login.since + lifetimeOf(login).ageMs - Date.now()
  return Math.max(1, Math.ceil(ms / 1_000))
}

/** Every model that the provider saves has a lifetime. The session of the site bounds all of them. */
export const LIFETIMES = {
  AccessToken: (_ctx, token) => token.resourceServer?.accessTokenTTL ?? ACCESS_S,
  AuthorizationCode: CODE_S,
  IdToken: ACCESS_S,
  Interaction: INTERACTION_S,
  Session: ctx => remainingOf(ctx) ?? EMPTY_SESSION_S,
  Grant: ctx => (ctx && remainingOf(ctx)) ?? REFRESH_S,
  RefreshToken: ctx => ctx.oidc.entities.RotatedRefreshToken?.remainingTTL ?? REFRESH_S,
} as const satisfies NonNullable<Configuration['ttl']>

function remainingOf({ req }: KoaContextWithOIDC): number | undefined {
  return remainingS(req as unknown as Request)
}
