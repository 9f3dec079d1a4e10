import { gatesAndTargets, judged } from './gates.js'

/** Logins that `npm run bench:fine` compares with the floor; those with `most` are judged by their CPU. */
export const VARIANTS = {
  'PLAIN, bind: false': { mechanism: 'PLAIN', bind: false, exchanges: 2, most: 1.6 },
  'PLAIN, bind': { mechanism: 'PLAIN', bind: true, exchanges: 4 },
  'SCRAM-SHA-1, bind': { mechanism: 'SCRAM-SHA-1', bind: true, exchanges: 5, most: 1.25, target: 1.15 },
  'SCRAM-SHA-256, bind': { mechanism: 'SCRAM-SHA-256', bind: true, exchanges: 5, most: 1.25, target: 1.15 },
}
/** The cheapest login. Express is measured with it. */
export const [CHEAPEST] = Object.keys(VARIANTS)

/** Maximal difference between two measurements of the same floor. Beyond it, a ratio to this floor says nothing. */
export const MAX_FLOOR_DIFFERENCE = 0.08

const STRATEGY = { most: 1, target: 0.1 }

export const floorOf = variant => `floor: ${variant}`
export const authenticatorOf = variant => `Authenticator: ${variant}`

/** Names the variants with a limit on their CPU. Each needs its floor measured twice. */
export const judgedVariants = () => Object.keys(VARIANTS).filter(name => VARIANTS[name].most !== undefined)

/** Tells whether two measurements of a floor agree. */
export const agrees = (ratio, difference = MAX_FLOOR_DIFFERENCE) => Math.abs(ratio?.median - 1) <= difference

/**
 * Judges a run against the floor. A measurement that is missing fails its gate.
 *
 * @param {object} [fine] contents of results/against-floor.json
 */
export function judgedAgainstFloor(fine) {
  const isKnown = name => agrees(fine?.aa[name])
  const measurements = []
  for (const [name, { exchanges, ...limits }] of Object.entries(VARIANTS)) {
    const result = fine?.results.find(one => one.name === authenticatorOf(name))
    if (limits.most !== undefined) {
      const ratio = isKnown(name) ? result?.toFloor : undefined
      measurements.push(judged(`CPU against the floor, ${name}`, ratio, { ...limits, unit: ' ×' }))
    }
    measurements.push(
      judged(
        `turns with other than ${exchanges} requests and one terminate a login, ${name}`,
        result?.unexpectedTurns,
        {
          most: 0,
        },
      ),
      judged(`connections made in steady state, ${name}`, result?.connections, { most: 0 }),
    )
  }
  const added = isKnown(CHEAPEST) ? fine.added : undefined
  measurements.push(judged('CPU the strategy adds in Express, of the PLAIN floor', added, { ...STRATEGY, unit: ' ×' }))
  return measurements
}

export const verdictAgainstFloor = fine => gatesAndTargets(judgedAgainstFloor(fine))
