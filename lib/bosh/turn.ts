import { setImmediate } from 'node:timers'

// Kept: tests with fake timers replace node's own, and nobody would move them on for a login.
const soon = setImmediate
let turn: Promise<void> | undefined

/**
 * Resolves when everything that has arrived by now is read; all who wait meanwhile go on together. A busy process that
 * answers every reply before it reads the next one pays for each: with caches that are cold again, and with a server
 * that has to be woken. One that is not busy waits for nobody.
 */
export function endOfTurn(): Promise<void> {
  turn ??= new Promise(resolve => {
    soon(() => {
      turn = undefined
      resolve()
    })
  })
  return turn
}
