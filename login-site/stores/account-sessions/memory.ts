import { type AccountSession, type AccountSessions, MAX_SESSIONS_PER_ACCOUNT, SEEN_STEP_MS } from './account-sessions'

/**
 * Opens the sessions of accounts in this process. It has no bound for all accounts together: the session store removes each
 * session that it forgets.
 */
export function memoryAccountSessions(perAccount = MAX_SESSIONS_PER_ACCOUNT): AccountSessions {
  return new MemoryAccountSessions(perAccount)
}

class MemoryAccountSessions implements AccountSessions {
  readonly #perAccount: number
  /** times of the last use, by account and session */
  readonly #accounts = new Map<string, Map<string, number>>()

  constructor(perAccount: number) {
    this.#perAccount = perAccount
  }

  async add(jid: string, sid: string, now: number): Promise<string[]> {
    const own = this.#accounts.get(jid) ?? new Map<string, number>()
    const leastRecent = [...own].sort(([, a], [, b]) => a - b).map(([other]) => other)
    const evicted = leastRecent.slice(0, Math.max(0, own.size + 1 - this.#perAccount))
    for (const other of evicted) own.delete(other)
    this.#accounts.set(jid, own.set(sid, now))
    return evicted
  }

  async replace(jid: string, earlier: string, sid: string, now: number): Promise<string[]> {
    await this.remove(jid, earlier)
    return this.add(jid, sid, now)
  }

  async seen(jid: string, sid: string, now: number): Promise<boolean> {
    const own = this.#accounts.get(jid)
    const last = own?.get(sid)
    if (last === undefined) return false
    if (now - last >= SEEN_STEP_MS) own?.set(sid, now)
    return true
  }

  async list(jid: string): Promise<AccountSession[]> {
    return [...(this.#accounts.get(jid) ?? [])].map(([sid, lastSeen]) => ({ sid, lastSeen }))
  }

  async remove(jid: string, sid: string): Promise<boolean> {
    const own = this.#accounts.get(jid)
    const isRemoved = own?.delete(sid) ?? false
    if (own?.size === 0) this.#accounts.delete(jid)
    return isRemoved
  }

  async removeAll(jid: string): Promise<void> {
    this.#accounts.delete(jid)
  }
}
