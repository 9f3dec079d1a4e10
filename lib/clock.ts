import type { Signal } from './ending'

/** The passing of time, so that specs need not wait for it. */
export interface Clock {
  /** ms, never going back */
  now(): number
  /** ms since 1970: for what outlives the process */
  date(): number
  /** Resolves after `ms`, or as soon as `signal` is aborted: then too, and not by a rejection. */
  pause(ms: number, signal?: Signal): Promise<void>
}

export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  pause(ms, signal) {
    return new Promise(resolve => {
      if (signal?.aborted) return resolve()
      const done = () => {
        clearTimeout(timer)
        signal?.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, ms)
      signal?.addEventListener('abort', done)
    })
  },
}
