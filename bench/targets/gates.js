/**
 * A promise of the project, measured: the median of `measured` must be at most `most`, or at least `least`.
 *
 * @param {string} name
 * @param {{ median: number, low: number, high: number } | number | undefined} measured over the rounds, or once; NaN and
 * undefined: it was not measured
 */
export function gate(name, measured, { most, least, unit = '' }) {
  const value = medianOf(measured)
  const holds = most === undefined ? value >= least : value <= most
  return {
    name,
    measured,
    limit: most === undefined ? `at least ${least}${unit}` : `at most ${most}${unit}`,
    unit,
    holds,
  }
}

export function medianOf(measured) {
  return measured?.median ?? measured ?? Number.NaN
}
