import { pagePolicy } from 'passport-xmpp-bosh-login-site/protection/security-headers'
import type { KoaContextWithOIDC } from '../provider/oidc'
import { expressOf } from './render'

/**
 * With `response_mode=form_post`, lets the page that posts the answer do so. Browsers apply the policy to all redirects after the
 * form, and a client may lead its visitors on to any site. The page is oidc-provider's, and has no other form.
 */
export function letPost(ctx: KoaContextWithOIDC): void {
  // A request that is over has none, and oidc-provider cannot say its mode then.
  if (!ctx.oidc.params) return
  const { client, params, responseMode } = ctx.oidc
  const uri = params['redirect_uri']
  // An error may be about the address: its page is another one.
  if (responseMode !== 'form_post' || typeof uri !== 'string' || !client?.redirectUriAllowed(uri)) return
  const { req, res } = expressOf(ctx)
  res.locals['formTarget'] = '*'
  pagePolicy(req, res, () => undefined)
}
