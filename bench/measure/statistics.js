/** Of a list of numbers, by linear interpolation; `share` from 0 to 1. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]
  const above = sorted[Math.ceil(at)]
  return below + (above - below) * (at - Math.floor(at))
}

export const median = numbers => quantile(numbers, 0.5)

/** Median, and the quarters below and above it; `undefined` when nothing was measured. */
export function spread(numbers) {
  const known = numbers.filter(number => Number.isFinite(number))
  if (known.length === 0) return undefined
  return { median: median(known), low: quantile(known, 0.25), high: quantile(known, 0.75) }
}

/** Of the rounds that both have: ratios of what was measured in the same round. */
export function ratios(numbers, others) {
  return numbers.map((number, round) => number / others[round]).filter(ratio => Number.isFinite(ratio))
}

/** Least squares: by how much `y` grows with `x`. */
export function slope(points) {
  const mean = of => points.reduce((sum, point) => sum + of(point), 0) / points.length
  const [x, y] = [mean(point => point[0]), mean(point => point[1])]
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}
