/**
 * Judges one measurement. Its gate holds today: the median of `measured` must be at most `most`, or at least `least`.
 * With `target`, the same measurement is also compared with a limit that the project aims at. A missed target never fails
 * a run.
 *
 * @param {string} name
 * @param {{ median: number, low: number, high: number } | number | undefined} measured the median and quartiles over the
 * rounds, or a single number; NaN and undefined stand for a measurement that was not taken, and fail the gate
 * @param {object} limits
 * @param {number} [limits.most]
 * @param {number} [limits.least]
 * @param {number} [limits.target] stricter than the gate, in the same direction
 * @param {string} [limits.unit]
 */
export function judged(name, measured, { most, least, target, unit = '' }) {
  const value = medianOf(measured)
  const isUpper = most !== undefined
  const isWithin = limit => (isUpper ? value <= limit : value >= limit)
  const shown = limit => `${isUpper ? 'at most' : 'at least'} ${limit}${unit}`
  const gate = { name, measured, limit: shown(isUpper ? most : least), unit, holds: isWithin(isUpper ? most : least) }
  if (target === undefined) return { gate }
  const distance = Number.isFinite(value) ? Math.max(0, isUpper ? value / target - 1 : 1 - value / target) : undefined
  return { gate, target: { name, measured, limit: shown(target), unit, isReached: isWithin(target), distance } }
}

/** Sorts judged measurements into gates and targets. */
export function gatesAndTargets(measurements) {
  return {
    gates: measurements.map(({ gate }) => gate),
    targets: measurements.flatMap(({ target }) => target ?? []),
  }
}

/** Returns the gates that fail. */
export const failedOf = gates => gates.filter(({ holds }) => !holds)

export function medianOf(measured) {
  return measured?.median ?? measured ?? Number.NaN
}
