import { ratios, spread } from '../measure/statistics.js'
import { agrees, VARIANTS } from './against-floor.js'
import { gatesAndTargets, judged } from './gates.js'

/** CPU of a login that this version may take, against the other one. */
const MOST = 1.02
/** Maximal difference between two measurements of this version, for a verdict. */
const MAX_DIFFERENCE = 0.02

/** Divides, round by round, the CPU of this version by that of the other one. */
export function comparisonOf(samples) {
  const variants = Object.keys(VARIANTS).map(name => {
    const cpu = contestant => samples[`${contestant}: ${name}`].map(sample => sample.cpu)
    return {
      name,
      floor: spread(cpu('floor')),
      own: spread(cpu('this')),
      other: spread(cpu('other')),
      toOther: spread(ratios(cpu('this'), cpu('other'))),
      toItself: spread(ratios(cpu('this, again'), cpu('this'))),
    }
  })
  const isKnown = ({ toItself }) => agrees(toItself, MAX_DIFFERENCE)
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
