/**
 * Tests whether one list tends to larger numbers than the other (Mann-Whitney U, two-sided, with the normal approximation
 * and the correction for ties). Returns p: the probability of at least such a difference between two lists of the same
 * kind. For 10 numbers and more in each list.
 */
export function rankTest(numbers, others) {
  const all = [...numbers.map(value => ({ value, own: true })), ...others.map(value => ({ value, own: false }))]
  all.sort((a, b) => a.value - b.value)
  let ranks = 0
  let ties = 0
  for (let first = 0; first < all.length; ) {
    let end = first + 1
    while (end < all.length && all[end].value === all[first].value) end++
    const tied = all.slice(first, end)
    ranks += tied.filter(({ own }) => own).length * ((first + 1 + end) / 2)
    ties += tied.length ** 3 - tied.length
    first = end
  }
  const [n, m] = [numbers.length, others.length]
  const total = n + m
  const u = ranks - (n * (n + 1)) / 2
  const deviation = Math.sqrt(((n * m) / 12) * (total + 1 - ties / (total * (total - 1))))
  if (deviation === 0) return 1
  // The half corrects for U being a whole number.
  const z = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5) / deviation
  return Math.min(1, 2 * upperTail(z))
}

/** Returns the smallest p of a family of tests as large as if it were the only one (Holm). */
export function heldTogether(ps) {
  const order = ps.map((p, nth) => ({ p, nth })).sort((a, b) => a.p - b.p)
  const held = []
  let least = 0
  order.forEach(({ p, nth }, place) => {
    least = Math.max(least, Math.min(1, p * (ps.length - place)))
    held[nth] = least
  })
  return held
}

/** Upper tail of the normal distribution, from the complementary error function (Numerical Recipes, erfcc; 1.2e-7). */
function upperTail(z) {
  const x = z / Math.SQRT2
  const t = 1 / (1 + x / 2)
  const coefficients = [
    0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196, 1.00002368,
    -1.26551223,
  ]
  const polynomial = coefficients.reduce((sum, coefficient) => sum * t + coefficient, 0)
  return (t * Math.exp(-x * x + polynomial)) / 2
}
