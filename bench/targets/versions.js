import { ratios, spread } from '../measure/statistics.js'
import { agrees, VARIANTS } from './against-floor.js'
import { gatesAndTargets, judged } from './gates.js'

/** Maximal CPU of a login of this version, against the other one. */
const MOST = 1.02
/**
 * Maximal difference between two measurements of the same version. Beyond it, there is no verdict. It may exceed that of a
 * ratio, because each side of a ratio is measured twice.
 */
const MAX_DIFFERENCE = 0.03

/** Divides, round by round, the CPU of this version by that of the other one. Both are measured twice in a round. */
export function comparisonOf(samples) {
  const variants = Object.keys(VARIANTS).map(name => {
    const cpu = contestant => samples[`${contestant}: ${name}`].map(sample => sample.cpu)
    const again = contestant => cpu(`${contestant}, again`)
    const both = contestant => cpu(contestant).map((first, round) => (first + again(contestant)[round]) / 2)
    return {
      name,
      floor: spread(both('floor')),
      own: spread(both('this')),
      other: spread(both('other')),
      toOther: spread(ratios(both('this'), both('other'))),
      ownAgain: spread(ratios(again('this'), cpu('this'))),
      otherAgain: spread(ratios(again('other'), cpu('other'))),
    }
  })
  const isKnown = ({ ownAgain, otherAgain }) => [ownAgain, otherAgain].every(ratio => agrees(ratio, MAX_DIFFERENCE))
  const measurements = variants.map(variant => {
    const ratio = isKnown(variant) ? variant.toOther : undefined
    return judged(`CPU of a login against the other version, ${variant.name}`, ratio, { most: MOST, unit: ' ×' })
  })
  return {
    variants,
    isJudged: variants.every(isKnown),
    maxDifference: MAX_DIFFERENCE,
    ...gatesAndTargets(measurements),
  }
}
