import { agrees } from './against-floor.js'
import { gatesAndTargets, judged } from './gates.js'

/** Maximal difference between two measurements of the plain provider. Beyond it, there is no verdict on that measure. */
const MAX_PLAIN_DIFFERENCE = 0.08

/** Tells whether there is a verdict on everything. */
export const isJudged = ratios =>
  agrees(ratios?.againTime, MAX_PLAIN_DIFFERENCE) && agrees(ratios?.againCpu, MAX_PLAIN_DIFFERENCE)

/**
 * Judges sign-ins by the identity provider. A measurement that is missing fails its gate.
 *
 * @param {object} [measured] contents of results/provider.json
 */
export function verdictOnProvider(measured) {
  const { ratios } = measured ?? {}
  const known = (name, again) => (agrees(ratios?.[again], MAX_PLAIN_DIFFERENCE) ? ratios[name] : undefined)
  return gatesAndTargets([
    judged('time of a sign-in against the plain provider and the bare login, 8 at a time', known('time', 'againTime'), {
      most: 3.2,
      target: 1.1,
      unit: ' ×',
    }),
    judged('CPU of a sign-in against the plain provider and the bare login', known('cpu', 'againCpu'), {
      most: 4.1,
      target: 1.1,
      unit: ' ×',
    }),
  ])
}
