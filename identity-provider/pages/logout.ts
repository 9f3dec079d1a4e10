import type { SubjectOf } from '../claims/pairwise'
import type { Features } from '../provider/features'
import type { KoaContextWithOIDC, RegisteredClient } from '../provider/oidc'
import { show } from './render'

type Pages = Required<Pick<NonNullable<Features['rpInitiatedLogout']>, 'logoutSource' | 'postLogoutSuccessSource'>>

/**
 * Returns the pages of a sign-out that a client begins. The visitor is asked, unless the client has an ID token of this provider
 * for the signed-in account: then the page submits itself.
 */
export function logoutPages(subjectOf: SubjectOf): Pages {
  return {
    async logoutSource(ctx) {
      await show(ctx, 'provider-logout', {
        action: new URL(ctx.oidc.urlFor('end_session_confirm')).pathname,
        secret: ctx.oidc.session?.state?.['secret'],
        client: nameOf(ctx.oidc.client),
        isMeant: isMeant(ctx, subjectOf),
      })
    },
    postLogoutSuccessSource: ctx => show(ctx, 'provider-signed-out', { client: nameOf(ctx.oidc.client) }),
  }
}

function isMeant({ oidc }: KoaContextWithOIDC, subjectOf: SubjectOf): boolean {
  const { client, session, entities } = oidc
  if (!client || session?.accountId === undefined) return false
  return entities.IdTokenHint?.payload['sub'] === subjectOf(session.accountId, client)
}

function nameOf(client: RegisteredClient | undefined): string | undefined {
  return client && (client.clientName ?? client.clientId)
}
