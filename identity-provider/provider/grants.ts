import type { Configuration, Grant, KoaContextWithOIDC } from './oidc'

/**
 * Returns the function that finds the grant of a session for a client. A client of the operator has a grant of everything it may
 * ask for: its visitors are asked nothing, and `prompt=none` works at their first visit.
 */
export function existingGrants(
  isFirstParty: (clientId: string) => boolean,
): NonNullable<Configuration['loadExistingGrant']> {
  return async ctx => {
    const { client, session, result, provider } = ctx.oidc
    if (!client || session?.accountId === undefined) return undefined
    const id = result?.consent?.grantId ?? session.grantIdFor(client.clientId)
    const known = id === undefined ? undefined : await provider.Grant.find(id)
    if (!isFirstParty(client.clientId)) return known
    const owner = { accountId: session.accountId, clientId: client.clientId }
    return withAllScopes(ctx, known ?? new provider.Grant(owner), known === undefined)
  }
}

/** Adds the scopes of a request to a grant, and saves it if that changes it. */
async function withAllScopes({ oidc }: KoaContextWithOIDC, grant: Grant, isNew: boolean): Promise<Grant> {
  const known = new Set(grant.getOIDCScopeEncountered().split(' '))
  const missing = [...oidc.requestParamOIDCScopes].filter(scope => !known.has(scope))
  let isChanged = isNew || missing.length > 0
  if (missing.length > 0) grant.addOIDCScope(missing)
  for (const [resource, { scopes }] of Object.entries(oidc.resourceServers ?? {})) {
    const granted = new Set(grant.getResourceScopeEncountered(resource).split(' '))
    const wanted = [...oidc.requestParamScopes].filter(scope => scopes.has(scope) && !granted.has(scope))
    if (wanted.length > 0) grant.addResourceScope(resource, wanted)
    isChanged ||= wanted.length > 0
  }
  if (isChanged) await grant.save()
  return grant
}
