import { setTimeout as delay } from 'node:timers/promises'

/**
 * Logs in again and again, `concurrency` at a time.
 *
 * @param {(nth: number) => Promise<boolean>} login resolves to true if the password is right; rejects without an answer
 * @param {object} ends
 * @param {number} ends.concurrency
 * @param {number} [ends.logins] ends after this number
 * @param {number} [ends.ms] ends after this time, but not before `2 * concurrency` logins began, unless these take
 * MOST_TURNS times as long
 */
export async function turn(login, { concurrency, logins = Number.POSITIVE_INFINITY, ms = Number.POSITIVE_INFINITY }) {
  const latencies = []
  const outcome = { right: 0, wrong: 0, failed: 0, failure: undefined }
  const startedAt = performance.now()
  const wanted = () => {
    const elapsed = performance.now() - startedAt
    return begun < logins && (elapsed < ms || (begun < 2 * concurrency && elapsed < MOST_TURNS * ms))
  }
  let begun = 0
  const one = async () => {
    while (wanted()) {
      const nth = begun++
      const before = performance.now()
      try {
        if (await login(nth)) outcome.right++
        else outcome.wrong++
        latencies.push(performance.now() - before)
      } catch (error) {
        outcome.failed++
        outcome.failure ??= String(error.code ?? error.message)
      }
    }
  }
  const all = Promise.all(Array.from({ length: Math.min(concurrency, logins) }, one))
  const patience = new AbortController()
  await Promise.race([all, delay(PATIENCE_MS, undefined, { signal: patience.signal }).catch(() => {})])
  patience.abort()
  const lost = begun - outcome.right - outcome.wrong - outcome.failed
  if (lost > 0) {
    outcome.failed += lost
    outcome.failure ??= 'no answer'
    begun = Number.POSITIVE_INFINITY
  }
  return { ...outcome, elapsed: performance.now() - startedAt, latencies }
}

const MOST_TURNS = 5
/** ms after which unanswered logins count as failed, and the turn ends */
const PATIENCE_MS = 45_000
