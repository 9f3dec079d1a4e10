import type { SessionStores } from 'passport-xmpp-bosh-login-site/sessions/signed-in'
import { loadSession } from 'passport-xmpp-bosh-login-site/sessions/stored'
import { lifetimeOf } from 'passport-xmpp-bosh-login-site/stores/lifetimes'
import { accountIdOf } from '../claims/account-id'
import type { Bindings } from '../stores/provider-store'

/** Tells if the session of the site that a provider session belongs to still stands. */
export interface Standing {
  /** @param uid uid of the provider session */
  holds(uid: unknown, accountId: string): Promise<boolean>
}

/**
 * Asks the stores of the site. The end of a session of the site ends everything that the provider gave for it, at once. This is
 * for sessions without such a moment: forgotten unused, or ended while the provider's was being made. Asking does not count as a
 * use of the session.
 */
export function createStanding(
  { sessions, accountSessions, revocations }: SessionStores,
  bindings: Pick<Bindings, 'sidOf'>,
): Standing {
  return {
    async holds(uid, accountId) {
      const sid = typeof uid === 'string' ? await bindings.sidOf(uid) : undefined
      const data = sid === undefined ? undefined : await loadSession(sessions, sid)
      const { login, passport } = (data ?? {}) as { passport?: { user?: unknown } } & NonNullable<typeof data>
      const jid = passport?.user
      if (!login || typeof jid !== 'string' || accountIdOf(jid) !== accountId) return false
      if (Date.now() - login.since >= lifetimeOf(login).ageMs) return false
      const [known, revoked] = await Promise.all([accountSessions.list(jid), revocations.lastRevocation(jid)])
      return revoked <= login.generation && known.some(other => other.sid === sid)
    },
  }
}
