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
  /** Returns the number of sessions. Those that nobody used for too long are among them until they are swept. */
  size(): number
  close(): void
}

/**
 * Opens a session store in this process. It does not use the store of express-session, which never removes expired sessions.
 * When it is full, a session of the address that has the most goes, and there the oldest one of the account that has the most:
 * neither one account nor one visitor with many of them pushes out the others.
 */
export function memorySessions({ max, onGone }: MemorySessionsOptions): MemorySessions {
  const SweptStore = createMemoryStore(session)
  const sessions = new Sessions()
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
    sessions.add(sid, { jid: accountOf(data), address: data.login?.address ?? '' })
    set(sid, data, done)
  }
  return { store: store as unknown as Store, size: () => sessions.size, close: () => store.stopInterval() }
}

interface Owner {
  readonly jid: string
  readonly address: string
}

/** Ids of sessions with their owners, oldest first. */
class Sessions {
  readonly #owners = new Map<string, Owner>()
  readonly #addresses = new Map<string, Set<string>>()

  get size(): number {
    return this.#owners.size
  }

  has(sid: string): boolean {
    return this.#owners.has(sid)
  }

  add(sid: string, owner: Owner): void {
    this.delete(sid)
    this.#owners.set(sid, owner)
    this.#addresses.set(owner.address, (this.#addresses.get(owner.address) ?? new Set()).add(sid))
  }

  /** Deletes a session. Returns its account. */
  delete(sid: string): string | undefined {
    const owner = this.#owners.get(sid)
    if (!owner) return undefined
    this.#owners.delete(sid)
    const near = this.#addresses.get(owner.address)
    near?.delete(sid)
    if (near?.size === 0) this.#addresses.delete(owner.address)
    return owner.jid
  }

  /** Returns the session that goes first. */
  first(): string | undefined {
    const accounts = new Map<string, string[]>()
    for (const sid of largest(this.#addresses.values(), ({ size }) => size) ?? []) {
      const jid = this.#owners.get(sid)?.jid ?? ''
      const own = accounts.get(jid)
      if (own) own.push(sid)
      else accounts.set(jid, [sid])
    }
    return largest(accounts.values(), ({ length }) => length)?.[0]
  }
}

function largest<T>(all: Iterable<T>, sizeOf: (one: T) => number): T | undefined {
  let most: T | undefined
  for (const one of all) if (most === undefined || sizeOf(one) > sizeOf(most)) most = one
  return most
}

/** Returns the account that a session belongs to, where Passport keeps it. */
function accountOf(data: SessionData): string {
  const { passport } = data as { passport?: { user?: unknown } }
  return typeof passport?.user === 'string' ? passport.user : ''
}
