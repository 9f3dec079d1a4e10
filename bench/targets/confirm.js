import { gatesAndTargets, judged } from './gates.js'

/** Numbers of waiting requests that are measured. */
export const WAITING = [1, 100, 1_000]
/** Maximal difference between two measurements of the bare exchange. Beyond it, there is no verdict. */
export const MAX_BARE_DIFFERENCE = 0.08

/**
 * Judges sign-ins without a password. A measurement that is missing fails its gate.
 *
 * @param {object} [measured] contents of results/confirm.json
 */
export function verdictOnConfirm(measured) {
  const { ratios, isJudged, waiting, postsPerMinute } = measured ?? {}
  const most = Math.max(...WAITING)
  const at = count => waiting?.find(row => row.waiting === count)
  const ratio = name => (isJudged ? ratios?.[name] : undefined)
  return gatesAndTargets([
    judged('p50 of ask and answer against the bare exchange, ServiceAccount', ratio('account'), {
      most: 1.3,
      unit: ' ×',
    }),
    judged('p50 of ask and answer against the bare exchange, Confirmations', ratio('confirm'), {
      most: 1.8,
      target: 1.3,
      unit: ' ×',
    }),
    judged(`memory of each of ${most} waiting requests`, at(most)?.bytes, { most: 2_048, unit: ' bytes' }),
    judged(`time to match an answer, ${most} waiting against 1`, at(most)?.toOne, { most: 1.3, unit: ' ×' }),
    judged('requests a minute of an idle account', postsPerMinute, { most: 1.5 }),
  ])
}
