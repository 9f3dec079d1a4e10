/** Source of time and timers; specs replace it so that they need not wait. */
export interface Clock {
  /** Returns ms since some fixed moment; never decreases. */
  now(): number
  /** Returns ms since 1970: for values that outlive the process. */
  date(): number
  /** Calls `callback` after `ms`, never synchronously. Returns a function that cancels the call. */
  after(ms: number, callback: () => void): () => void
}

/** Longest wait of one timer of Node, in ms (24.8 days): a longer one would end after 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1

/** Calls `callback` after `ms` by as many timers as that takes; `set` sets each. Returns a function that cancels the call. */
function afterTimers(ms: number, callback: () => void, set: typeof startTimer): () => void {
  let timer: NodeJS.Timeout
  const wait = (left: number): void => {
    timer = left > MAX_TIMER_MS ? set(() => wait(left - MAX_TIMER_MS), MAX_TIMER_MS) : set(callback, left)
  }
  wait(ms)
  return () => clearTimeout(timer)
}

function startTimer(callback: () => void, ms: number): NodeJS.Timeout {
  return setTimeout(callback, ms)
}

/** Clock of the system, with Node's timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  date: () => Date.now(),
  after: (ms, callback) => afterTimers(ms, callback, startTimer),
}

/** {@link systemClock} whose timers keep no process alive. */
export const quietClock: Clock = {
  ...systemClock,
  after: (ms, callback) => afterTimers(ms, callback, (end, wait) => startTimer(end, wait).unref()),
}
