import { setImmediate } from 'node:timers'

// Kept: tests with fake timers replace node's own, and nobody would move them on for a login.
const soon = setImmediate
let waiting: (() => void)[] = []

/**
 * Calls `next` when everything that has arrived by now is read, after those that were there before. A busy process that
 * answers every reply before it reads the next one pays for each: with caches that are cold again, and with a server
 * that has to be woken. One that is not busy waits for nobody.
 */
export function afterThisBatch(next: () => void): void {
  if (waiting.push(next) === 1) soon(goOn)
}

function goOn(): void {
  const ready = waiting
  waiting = []
  for (const next of ready) next()
}
