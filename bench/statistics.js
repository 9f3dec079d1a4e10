/** Of a list of numbers, by linear interpolation; `share` from 0 to 1. */
export function quantile(numbers, share) {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (sorted.length - 1) * share
  const below = sorted[Math.floor(at)]
  const above = sorted[Math.ceil(at)]
  return below + (above - below) * (at - Math.floor(at))
}

export const median = numbers => quantile(numbers, 0.5)

/** Median, and the quarter of the rounds below and above it. */
export function spread(numbers) {
  return { median: median(numbers), low: quantile(numbers, 0.25), high: quantile(numbers, 0.75) }
}

/** Of the same rounds of two contestants. */
export const ratios = (numbers, others) => numbers.map((number, round) => number / others[round])
