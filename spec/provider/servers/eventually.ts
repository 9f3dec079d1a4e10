import { setTimeout as delay } from 'node:timers/promises'

/** ms in which a party has to hear of a sign-out: less than the time of a test, more than a busy machine needs */
const DEADLINE_MS = 20_000
/** ms */
const PAUSE_MS = 50

/** Repeats an expectation until it holds. Throws its last failure after some seconds. */
export async function eventually(expectation: () => Promise<void>): Promise<void> {
  for (const deadline = performance.now() + DEADLINE_MS; ; ) {
    try {
      return await expectation()
    } catch (reason) {
      if (performance.now() > deadline) throw reason
    }
    await delay(PAUSE_MS)
  }
}
