/**
 * Measures contestants side by side: every round runs all of them, one after the other, every second round backwards, so
 * that what the machine does meanwhile meets all alike.
 *
 * @param {object} options
 * @param {string[]} options.names of the contestants, each next to what it is compared with
 * @param {number} options.warmups rounds before the ones that count
 * @param {(name: string, round: number) => Promise<T>} options.measure
 * @returns {Promise<Record<string, T[]>>} what was measured, for every round
 * @template T
 */
export async function interleaved({ names, rounds, warmups, measure, progress = () => {} }) {
  const samples = Object.fromEntries(names.map(name => [name, []]))
  for (let round = -warmups; round < rounds; round++) {
    progress(round)
    for (const name of round % 2 === 0 ? names : [...names].reverse()) {
      const sample = await measure(name, round)
      if (round >= 0) samples[name].push(sample)
    }
  }
  return samples
}

/** Does `login` so many times, so many at a time. */
export async function atATime(logins, concurrency, login) {
  let begun = 0
  const one = async () => {
    while (begun < logins) {
      begun++
      await login()
    }
  }
  await Promise.all(Array.from({ length: Math.min(concurrency, logins) }, one))
}
