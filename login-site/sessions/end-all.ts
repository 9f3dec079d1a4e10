import type { SessionStores } from './signed-in'

/** Ends all sessions that an account has so far. Returns the number of the revocation. */
export async function endSessionsOf(
  jid: string,
  { accountSessions, revocations, cards }: SessionStores,
): Promise<number> {
  // Before the revocation: a login that begins after it stays.
  const ended = await accountSessions.list(jid)
  await accountSessions.removeAll(jid)
  const revocation = await revocations.revoke(jid)
  // The store keeps the sessions until their next request.
  await cards.forget(ended.map(({ sid }) => sid))
  return revocation
}
