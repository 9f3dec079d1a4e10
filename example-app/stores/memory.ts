import { MemoryStore as RateLimitMemoryStore } from 'express-rate-limit'
import session from 'express-session'
import createMemoryStore from 'memorystore'
import { END_TTL_MS, type Generations, MAX_FORM_IDLE_MS, MAX_IDLE_MS } from './revocations'
import { ApartStore, type PlainStore } from './signed-in-apart'
import type { Stores } from './stores'

/** of each kind: signed in, and with a form alone */
const MAX_SESSIONS = 10_000
/** that are remembered each by itself */
const MAX_ENDS = 100_000
const SWEEP_MS = 10 * 60 * 1000

/** Stores in this process. Not the one express-session brings: that is never swept. */
export function openMemoryStores(): Stores {
  const SweptStore = createMemoryStore(session)
  const swept = (ttl: number) => new SweptStore({ max: MAX_SESSIONS, checkPeriod: SWEEP_MS, ttl })
  const [signedIn, others] = [swept(MAX_IDLE_MS), swept(MAX_FORM_IDLE_MS)]
  return {
    sessions: new ApartStore(signedIn as unknown as PlainStore, others as unknown as PlainStore),
    generations: memoryGenerations(),
    rateLimit: () => new RateLimitMemoryStore(),
    isReady: async () => true,
    async close() {
      signedIn.stopInterval()
      others.stopInterval()
    },
  }
}

function memoryGenerations(): Generations {
  const ends = new Map<string, { number: number; until: number }>()
  let count = 0
  /** Of an end that is forgotten nobody knows whose it was: it counts for all. */
  let forgotten = 0
  return {
    now: async () => count,
    lastEnd: async of => ends.get(of)?.number ?? forgotten,
    async end(of) {
      // Put in again, the oldest come first.
      ends.delete(of)
      ends.set(of, { number: ++count, until: Date.now() + END_TTL_MS })
      for (const [other, { number, until }] of ends) {
        if (until > Date.now() && ends.size <= MAX_ENDS) break
        ends.delete(other)
        forgotten = number
      }
      return count
    },
  }
}
