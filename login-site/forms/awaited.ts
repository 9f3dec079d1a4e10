import { setTimeout as pause } from 'node:timers/promises'
import type { Known, Outcomes } from '../stores/outcomes'

/** ms. Longer than the lease of a claim. */
const MAX_WAIT_MS = 45 * 1000
/** ms between two looks at the store, which another process may settle */
const LOOK_MS = 200

/** Waits for the outcome of a form. Resolves to the state at the end of the wait, if there is no outcome. */
export type AwaitOutcome = (identity: string) => Promise<Known | undefined>

/** Requests with the same form wait together: they do not multiply the looks at the store. */
export function awaitOutcomes(outcomes: Outcomes): AwaitOutcome {
  const waits = new Map<string, Promise<Known | undefined>>()
  const look = async (identity: string) => {
    for (let waited = 0; ; waited += LOOK_MS) {
      const known = await outcomes.find(identity)
      if (known?.state !== 'running' || waited >= MAX_WAIT_MS) return known
      await pause(LOOK_MS)
    }
  }
  return identity => {
    const wait = waits.get(identity) ?? look(identity).finally(() => waits.delete(identity))
    waits.set(identity, wait)
    return wait
  }
}
