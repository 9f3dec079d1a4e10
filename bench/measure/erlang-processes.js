import { setTimeout as delay } from 'node:timers/promises'
import { startContestant } from '../contestants/start.js'

const POLL_MS = 500
/** ms. ejabberd forgets a session that was not terminated after 30 s, and a terminated one at once. */
const MOST_MS = 40_000
/** Processes that ejabberd may have beyond those before, because its acceptors come and go. */
export const PROCESSES_MORE = 2
const LOGINS = 2_000
const CONCURRENCY = 64

/**
 * Counts the processes of ejabberd before LOGINS logins and after `close()`. Polls until at most
 * {@link PROCESSES_MORE} more are left than before. The time starts with the call of `close()`.
 *
 * @param {object} contestant of the plan
 * @param {object} ejabberd
 */
export async function processesOf(contestant, ejabberd) {
  const round = async logins => {
    const one = await startContestant(contestant, ejabberd)
    try {
      const { failed } = await one.turn({ logins, concurrency: CONCURRENCY })
      if (failed > 0) throw new Error(`${failed} logins were not answered`)
      return { during: await ejabberd.processes(), closedAt: performance.now() }
    } finally {
      await one.stop()
    }
  }
  // ejabberd starts some processes at the first login and keeps them.
  await round(CONCURRENCY)
  const before = await steady(ejabberd)
  const { during, closedAt } = await round(LOGINS)
  let after = await ejabberd.processes()
  while (after > before + PROCESSES_MORE && performance.now() - closedAt < MOST_MS) {
    await delay(POLL_MS)
    after = Math.min(after, await ejabberd.processes())
  }
  return { logins: LOGINS, before, during, after, ms: performance.now() - closedAt }
}

/** Returns the number of processes once it stays the same for as long as an acceptor's connection may last. */
async function steady(ejabberd) {
  let last = await ejabberd.processes()
  for (let same = 0, polls = 0; same < 4 && polls < 60; polls++) {
    await delay(POLL_MS)
    const now = await ejabberd.processes()
    same = now === last ? same + 1 : 0
    last = now
  }
  return last
}
