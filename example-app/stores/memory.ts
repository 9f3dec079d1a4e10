import { MemoryStore as RateLimitMemoryStore } from 'express-rate-limit'
import session from 'express-session'
import createMemoryStore from 'memorystore'
import { memoryOutcomes } from './outcomes-memory'
import { MAX_FORM_IDLE_MS, MAX_IDLE_MS, REVOCATION_TTL_MS, type Revocations } from './revocations'
import { type PlainStore, SignedInApartStore } from './signed-in-apart'
import type { Stores } from './stores'

/** limit for signed-in sessions, and again for the others */
const MAX_SESSIONS = 10_000
/** revocations remembered one by one */
const MAX_REVOCATIONS = 100_000
const SWEEP_MS = 10 * 60 * 1000

/** Opens stores in this process. They do not use the store of express-session, which never removes expired sessions. */
export function openMemoryStores(): Stores {
  const SweptStore = createMemoryStore(session)
  const swept = (ttl: number) => new SweptStore({ max: MAX_SESSIONS, checkPeriod: SWEEP_MS, ttl })
  const [signedIn, others] = [swept(MAX_IDLE_MS), swept(MAX_FORM_IDLE_MS)]
  return {
    sessions: new SignedInApartStore(signedIn as unknown as PlainStore, others as unknown as PlainStore),
    revocations: memoryRevocations(),
    outcomes: memoryOutcomes(),
    rateLimit: () => new RateLimitMemoryStore(),
    isReady: async () => true,
    async close() {
      signedIn.stopInterval()
      others.stopInterval()
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
    lastRevocation: async of => revocations.get(of)?.number ?? dropped,
    async revoke(of) {
      // Inserted again, so that the map stays in the order of the numbers.
      revocations.delete(of)
      revocations.set(of, { number: ++latest, until: Date.now() + REVOCATION_TTL_MS })
      for (const [oldest, { number, until }] of revocations) {
        if (until > Date.now() && revocations.size <= MAX_REVOCATIONS) break
        revocations.delete(oldest)
        dropped = number
      }
      return latest
    },
  }
}
