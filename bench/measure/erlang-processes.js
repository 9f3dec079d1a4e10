import { setTimeout as delay } from 'node:timers/promises'
import { startContestant } from '../contestants/start.js'

const POLL_MS = 500
/** ejabberd forgets a session that was not terminated after 30 s; one that was is gone long before. */
const MOST_MS = 40_000
/** processes that ejabberd may have more than before: acceptors of its own come and go. */
export const PROCESSES_MORE = 2
const LOGINS = 2_000
const CONCURRENCY = 64

/**
 * The processes of ejabberd before LOGINS logins and after `close()`, polled until they are as many as before, or
 * {@link PROCESSES_MORE} more. The time counts from when `close()` is called.
 *
 * @param {object} contestant of plan.js
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
  // Some of them are made at the first login and stay.
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

/** Their number once it is the same for as long as an acceptor's connection may take to end. */
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
