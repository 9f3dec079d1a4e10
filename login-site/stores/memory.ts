import { MemoryStore as RateLimitMemoryStore } from 'express-rate-limit'
import { MemoryConfirmStore } from 'passport-xmpp-bosh'
import { MAX_SESSIONS_PER_ACCOUNT } from './account-sessions/account-sessions'
import { memoryAccountSessions } from './account-sessions/memory'
import { memoryCards } from './cards/memory'
import { REVOCATION_TTL_MS } from './lifetimes'
import { memorySessions } from './memory-sessions'
import { memoryOutcomes } from './outcomes-memory'
import type { Revocations } from './revocations'
import type { Stores } from './stores'

/** Bounds of the sessions */
export interface SessionBounds {
  readonly overall: number
  readonly perAccount: number
}

const SESSION_BOUNDS: SessionBounds = { overall: 10_000, perAccount: MAX_SESSIONS_PER_ACCOUNT }
/** revocations remembered one by one */
const MAX_REVOCATIONS = 100_000

/** Opens stores in this process. */
export function openMemoryStores({ overall, perAccount }: SessionBounds = SESSION_BOUNDS): Stores {
  const accountSessions = memoryAccountSessions(perAccount)
  const cards = memoryCards()
  const onGone = (jid: string, sid: string) => {
    void accountSessions.remove(jid, sid)
    void cards.forget([sid])
  }
  const sessions = memorySessions({ max: overall, onGone })
  return {
    sessions: sessions.store,
    accountSessions,
    cards,
    revocations: memoryRevocations(),
    outcomes: memoryOutcomes(),
    confirmations: new MemoryConfirmStore(),
    rateLimit: () => new RateLimitMemoryStore(),
    countSessions: async () => sessions.size(),
    isReady: async () => true,
    async close() {
      sessions.close()
    },
  }
}

function memoryRevocations(): Revocations {
  const revocations = new Map<string, { number: number; until: number }>()
  let latest = 0
  /** Number of the newest revocation that was dropped. Its account is unknown by now, so it counts for all. */
  let dropped = 0
  return {
    latest: async () => latest,
    lastRevocation: async jid => revocations.get(jid)?.number ?? dropped,
    async revoke(jid) {
      // Inserted again, so that the map stays in the order of the numbers.
      revocations.delete(jid)
      revocations.set(jid, { number: ++latest, until: Date.now() + REVOCATION_TTL_MS })
      for (const [oldest, { number, until }] of revocations) {
        if (until > Date.now() && revocations.size <= MAX_REVOCATIONS) break
        revocations.delete(oldest)
        dropped = number
      }
      return latest
    },
  }
}
