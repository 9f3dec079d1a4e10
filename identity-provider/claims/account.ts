import { displayJid, type RoleReaderLike } from 'passport-xmpp-bosh'
import type { Account, AccountClaims, Configuration, KoaContextWithOIDC } from '../provider/oidc'
import type { Standing } from '../sessions/standing'
import type { Profile, Profiles } from '../stores/provider-store'
import { accountIdOf, jidOf } from './account-id'

export interface AccountsOptions {
  readonly standing: Standing
  readonly profiles: Pick<Profiles, 'get'>
  /** `undefined`: there are no roles */
  readonly roles: Pick<RoleReaderLike, 'of'> | undefined
  /** Returns the address of an account's picture for a client. */
  readonly pictureOf: (clientId: string, accountId: string) => string
  readonly hasEmail: boolean
}

/**
 * Returns the function that finds an account for oidc-provider. A code or a token finds no account when the session of the
 * site that it came from has ended: it is then refused.
 */
export function findAccounts(options: AccountsOptions): NonNullable<Configuration['findAccount']> {
  return async (ctx, accountId, token): Promise<Account | undefined> => {
    const { sessionUid } = (token ?? {}) as { sessionUid?: unknown }
    if (token && !(await options.standing.holds(sessionUid, accountId))) return undefined
    return { accountId, claims: (_use, scope) => claimsOf(options, ctx, { accountId, scope }) }
  }
}

interface Asked {
  readonly accountId: string
  /** scopes, separated by spaces */
  readonly scope: string
}

async function claimsOf(
  { profiles, roles, pictureOf, hasEmail }: AccountsOptions,
  ctx: KoaContextWithOIDC,
  { accountId, scope }: Asked,
): Promise<AccountClaims> {
  const scopes = new Set(scope.split(' '))
  const jid = jidOf(accountId)
  const needsProfile = scopes.has('profile') || (hasEmail && scopes.has('email'))
  const [profile, groups] = await Promise.all([
    needsProfile ? profiles.get(accountId) : undefined,
    // An account has no groups while its rooms cannot be read.
    scopes.has('groups') ? (roles?.of(jid) ?? []) : [],
  ])
  const clientId = ctx.oidc.client?.clientId ?? ''
  return {
    sub: accountId,
    ...(scopes.has('xmpp') && { xmpp: displayJid(jid) }),
    ...(scopes.has('profile') && {
      preferred_username: jid.slice(0, jid.indexOf('@')),
      ...(profile && describing(profile, () => pictureOf(clientId, accountId))),
    }),
    ...(scopes.has('groups') && { groups: [...groups] }),
    // The owner of the account wrote it: it proves nothing.
    ...(hasEmail && scopes.has('email') && profile?.email && { email: profile.email, email_verified: false }),
  }
}

function describing({ name, picture }: Profile, pictureUrl: () => string) {
  return { ...(name && { name }), ...(picture && { picture: pictureUrl() }) }
}

/** Returns the account of a signed-in visitor, `undefined` if there is none or if its subject would be too long. */
export function accountOf(user: { readonly jid: string } | undefined): string | undefined {
  return user && accountIdOf(user.jid)
}
