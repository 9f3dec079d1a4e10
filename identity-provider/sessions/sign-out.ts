import type { SignOut } from 'passport-xmpp-bosh-login-site/sessions/sign-out'
import { accountOf } from '../claims/account'
import type { Afterwards } from '../endpoints/handler'
import { ONWARD_PAGE, onward } from '../pages/lead-on'
import { expressOf, show } from '../pages/render'
import type { KoaContextWithOIDC } from '../provider/oidc'

/** Ends the session of the site with that of the provider: it would silently sign the visitor in again. */
export function signingOut(signOut: SignOut): Afterwards {
  return async ctx => {
    // Not there for a request without a route.
    const { route, params, session } = ctx.oidc ?? {}
    if (route !== 'end_session_confirm' || ctx.status !== 303) return
    const { req, res } = expressOf(ctx)
    const accountId = accountOf(req.user)
    if (params?.['logout'] && accountId !== undefined && accountId === session?.accountId) await signOut(req, res)
    await leadOn(ctx)
  }
}

/** Shows a page in place of the redirect to the client. */
async function leadOn(ctx: KoaContextWithOIDC): Promise<void> {
  const url = ctx.response.get('location')
  ctx.remove('location')
  ctx.status = 200
  await show(ctx, ONWARD_PAGE, onward(url))
}
