import { setImmediate } from 'node:timers'

// Kept at load time: an app's tests may replace `setImmediate` by a fake timer, and would not advance it for a login.
const scheduleBatch = setImmediate
let waiting: (() => void)[] = []

/**
 * Calls `next` after all replies that have arrived by now are read, in the order of the calls.
 *
 * A busy process that answers each reply before it reads the next one pays for each: its CPU caches are cold again, and
 * the server has to be woken up again. An idle process is not delayed.
 */
export function afterThisBatch(next: () => void): void {
  if (waiting.push(next) === 1) scheduleBatch(runBatch)
}

/** Calls `next` when all that waits at the sockets was read, also after the process was busy. */
export function afterSocketsAreRead(next: () => void): void {
  afterThisBatch(() => afterThisBatch(next))
}

function runBatch(): void {
  const ready = waiting
  waiting = []
  for (const next of ready) next()
}
