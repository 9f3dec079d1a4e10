/** Returns a quantile by linear interpolation. `share` is between 0 and 1. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]
  const above = sorted[Math.ceil(at)]
  return below + (above - below) * (at - Math.floor(at))
}

export const median = numbers => quantile(numbers, 0.5)

/** Returns the median and the quartiles, or `undefined` without a measurement. */
export function spread(numbers) {
  const known = numbers.filter(number => Number.isFinite(number))
  if (known.length === 0) return undefined
  return { median: median(known), low: quantile(known, 0.25), high: quantile(known, 0.75) }
}

/** Divides measurements of the same round, for the rounds that both lists have. */
export function ratios(numbers, others) {
  return numbers.map((number, round) => number / others[round]).filter(ratio => Number.isFinite(ratio))
}

/** Returns the growth of `y` with `x`, by least squares. */
export function slope(points) {
  const mean = of => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(point => point[0]), mean(point => point[1])]
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}
