import { MemoryStore as RateLimitMemoryStore } from 'express-rate-limit'
import session from 'express-session'
import createMemoryStore from 'memorystore'
import { GENERATION_TTL_MS, type Generations, MAX_IDLE_MS } from './generations'
import type { Stores } from './stores'

const MAX_SESSIONS = 10_000
const SWEEP_MS = 10 * 60 * 1000

/** Stores in this process. Not the one express-session brings: that is never swept. */
export function openMemoryStores(): Stores {
  const SweptStore = createMemoryStore(session)
  const sessions = new SweptStore({ max: MAX_SESSIONS, checkPeriod: SWEEP_MS, ttl: MAX_IDLE_MS })
  return {
    sessions,
    generations: memoryGenerations(),
    rateLimit: () => new RateLimitMemoryStore(),
    isReady: async () => true,
    async close() {
      sessions.stopInterval()
    },
  }
}

function memoryGenerations(): Generations {
  const ended = new Map<string, { generation: number; until: number }>()
  const current = (jid: string) => {
    const entry = ended.get(jid)
    return entry && entry.until > Date.now() ? entry.generation : 0
  }
  return {
    current: async jid => current(jid),
    async end(jid) {
      const generation = current(jid) + 1
      // Put in again, the oldest come first.
      ended.delete(jid)
      ended.set(jid, { generation, until: Date.now() + GENERATION_TTL_MS })
      for (const [other, { until }] of ended) {
        if (until > Date.now()) break
        ended.delete(other)
      }
    },
  }
}
