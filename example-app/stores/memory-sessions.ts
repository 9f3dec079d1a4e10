import session, { type SessionData, type Store } from 'express-session'
import createMemoryStore from 'memorystore'
import { lifetimeOf } from './lifetimes'

/** ms between two removals of expired sessions */
const SWEEP_MS = 10 * 60 * 1000

export interface MemorySessionsOptions {
  /** sessions kept at a time */
  readonly max: number
  /** is called for each session that the store no longer has */
  onGone(jid: string, sid: string): void
}

/** Session store in this process, with the end of its sweeps. */
export interface MemorySessions {
  readonly store: Store
  close(): void
}

/**
 * Opens a session store in this process. It does not use the store of express-session, which never removes expired sessions.
 * When it is full, the oldest session of the account that has the most of them goes: one account does not push out another.
 */
export function memorySessions({ max, onGone }: MemorySessionsOptions): MemorySessions {
  const SweptStore = createMemoryStore(session)
  const sessions = new SessionsByAccount()
  const store = new SweptStore({
    checkPeriod: SWEEP_MS,
    ttl: (_options: unknown, { login }: Partial<SessionData>) => lifetimeOf(login).idleMs,
    noDisposeOnSet: true,
    dispose(sid: string) {
      const jid = sessions.delete(sid)
      if (jid !== undefined) onGone(jid, sid)
    },
  })
  const set = store.set.bind(store)
  store.set = (sid, data, done) => {
    const gone = sessions.has(sid) || sessions.size < max ? undefined : sessions.first()
    if (gone !== undefined) store.destroy(gone)
    sessions.add(sid, accountOf(data))
    set(sid, data, done)
  }
  return { store: store as unknown as Store, close: () => store.stopInterval() }
}

/** Ids of sessions, oldest first for each account. */
class SessionsByAccount {
  readonly #accounts = new Map<string, Set<string>>()
  readonly #accountOf = new Map<string, string>()

  get size(): number {
    return this.#accountOf.size
  }

  has(sid: string): boolean {
    return this.#accountOf.has(sid)
  }

  add(sid: string, jid: string): void {
    this.delete(sid)
    this.#accountOf.set(sid, jid)
    this.#accounts.set(jid, (this.#accounts.get(jid) ?? new Set()).add(sid))
  }

  /** Deletes a session. Returns its account. */
  delete(sid: string): string | undefined {
    const jid = this.#accountOf.get(sid)
    if (jid === undefined) return undefined
    this.#accountOf.delete(sid)
    const own = this.#accounts.get(jid)
    own?.delete(sid)
    if (own?.size === 0) this.#accounts.delete(jid)
    return jid
  }

  /** Returns the session that goes first. */
  first(): string | undefined {
    let most: ReadonlySet<string> = new Set()
    for (const own of this.#accounts.values()) if (own.size > most.size) most = own
    const [oldest] = most
    return oldest
  }
}

/** Returns the account that a session belongs to, where Passport keeps it. */
function accountOf(data: SessionData): string {
  const { passport } = data as { passport?: { user?: unknown } }
  return typeof passport?.user === 'string' ? passport.user : ''
}
