import type { Request } from 'express'
import { accountOf } from '../claims/account'
import type { Bindings } from '../stores/provider-store'
import { remainingS } from './lifetimes'
import type { OidcProvider } from './load'
import type { interactionPolicy, KoaContextWithOIDC } from './oidc'

/** Detail of an interaction: the time at which it began, ms since 1970. */
export const BEGAN = 'beganAt'

/**
 * Returns the rules for asking the visitor: oidc-provider's own, and one more. The session of the provider counts only together
 * with the session of the site that it was made for.
 */
export function policyWith(
  { interactionPolicy: { base, Check } }: Pick<OidcProvider, 'interactionPolicy'>,
  bindings: Pick<Bindings, 'bind' | 'sidOf'>,
): interactionPolicy.DefaultPolicy {
  const policy = base()
  for (const prompt of policy) {
    const details = prompt.details.bind(prompt)
    // A later sign-in answers `prompt=login`; the time that oidc-provider notes has whole seconds.
    prompt.details = async ctx => ({ ...(await details(ctx)), [BEGAN]: Date.now() })
  }
  const description = 'the session of the site has ended'
  policy
    .get('login')
    ?.checks.add(new Check('site_session', description, 'login_required', ctx => isOver(ctx, bindings)))
  return policy
}

async function isOver(ctx: KoaContextWithOIDC, bindings: Pick<Bindings, 'bind' | 'sidOf'>): Promise<boolean> {
  const { session, result } = ctx.oidc
  const req = ctx.req as unknown as Request
  // Without an account, another check asks for the sign-in.
  if (session?.accountId === undefined) return false
  if (accountOf(req.user) !== session.accountId) return true
  if (!result?.login) return (await bindings.sidOf(session.uid)) !== req.sessionID
  // The visitor has just signed in: from here on, the end of either session is the end of both.
  await bindings.bind(req.sessionID, session.uid, 1_000 * (remainingS(req) ?? 0))
  return false
}
