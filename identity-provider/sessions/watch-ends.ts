import type { AccountSessions } from 'passport-xmpp-bosh-login-site/stores/account-sessions/account-sessions'

/** Hears of the ends of the site's sessions. None of its functions may reject. */
export interface EndListener {
  ended(sids: readonly string[]): Promise<void>
  /** All sessions of an account ended. */
  endedAll(jid: string, sids: readonly string[]): Promise<void>
  /** The account of a session signed in again in the same browser: the session has a new id. */
  replaced(old: string, sid: string): Promise<void>
}

/** Tells a listener of each session that ends through these sessions of accounts. */
export function watchEnds(inner: AccountSessions, listener: EndListener): AccountSessions {
  const evicting = async (evicted: Promise<string[]>) => {
    const sids = await evicted
    if (sids.length > 0) await listener.ended(sids)
    return sids
  }
  return {
    add: (jid, sid, now) => evicting(inner.add(jid, sid, now)),
    seen: (jid, sid, now) => inner.seen(jid, sid, now),
    list: jid => inner.list(jid),
    async replace(jid, old, sid, now) {
      const evicted = await inner.replace(jid, old, sid, now)
      await listener.replaced(old, sid)
      if (evicted.length > 0) await listener.ended(evicted)
      return evicted
    },
    async remove(jid, sid) {
      const isRemoved = await inner.remove(jid, sid)
      await listener.ended([sid])
      return isRemoved
    },
    async removeAll(jid) {
      const known = await inner.list(jid)
      await inner.removeAll(jid)
      await listener.endedAll(
        jid,
        known.map(({ sid }) => sid),
      )
    },
  }
}
