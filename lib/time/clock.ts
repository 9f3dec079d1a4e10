/** Source of time and timers; specs replace it so that they need not wait. */
export interface Clock {
  /** Returns ms since some fixed moment; never decreases. */
  now(): number
  /** Returns ms since 1970: for values that outlive the process. */
  date(): number
  /** Calls `callback` after `ms`, never synchronously. Returns a function that cancels the call. */
  after(ms: number, callback: () => void): () => void
}

/** Clock of the system, with Node's timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    return () => clearTimeout(timer)
  },
}

/** {@link systemClock} whose timers keep no process alive. */
export const quietClock: Clock = {
  ...systemClock,
  after(ms, callback) {
    const timer = setTimeout(callback, ms)
    timer.unref()
    return () => clearTimeout(timer)
  },
}
