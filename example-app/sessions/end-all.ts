import type { SessionStores } from './signed-in'

/** Ends all sessions that an account has so far. Returns the number of the revocation. */
export async function endSessionsOf(jid: string, { accountSessions, revocations }: SessionStores): Promise<number> {
  // Before the revocation: a login that begins after it stays.
  await accountSessions.removeAll(jid)
  return revocations.revoke(jid)
}
