import type { Signal } from './light-signal'

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

/** Resolves after `ms`, or as soon as `signal` is aborted: then too, and not by a rejection. */
export function pause(clock: Clock, ms: number, signal: Signal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    const done = () => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done)
  })
}
