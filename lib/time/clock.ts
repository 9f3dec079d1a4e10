/** The passing of time, so that specs need not wait for it. */
export interface Clock {
  /** ms, never going back */
  now(): number
  /** ms since 1970: for what outlives the process */
  date(): number
  /** Calls `then` after `ms`, never at once; what it returns makes it not happen. */
  after(ms: number, then: () => void): () => void
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms)
    return () => clearTimeout(timer)
  },
}
