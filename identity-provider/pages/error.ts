import { StoreError } from 'passport-xmpp-bosh-login-site/stores/store-error'
import { requestIdOf } from '../operation/events'
import type { Configuration, KoaContextWithOIDC } from '../provider/oidc'
import { expressOf, show } from './render'

/** Shows an error that cannot go to a client: its code and the id of the request. The log has the rest. */
export const showError: NonNullable<Configuration['renderError']> = async (ctx, out, error) => {
  if (error instanceof StoreError) ctx.status = error.status
  await showProblem(ctx, out.error)
}

async function showProblem(ctx: KoaContextWithOIDC, code: string): Promise<void> {
  const { req } = expressOf(ctx)
  await show(ctx, 'provider-error', {
    // A word of a specification. Descriptions may quote the request, which may come from an attacker.
    code: /^[a-z_]{1,40}$/.test(code) ? code : 'error',
    reference: requestIdOf(req),
    isTemporary: ctx.status >= 500,
  })
}
