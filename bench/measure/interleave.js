/**
 * Measures contestants in turns: every round runs all of them, one after the other, and every second round runs them
 * backwards. So other load on the machine meets all of them alike.
 *
 * @param {object} options
 * @param {string[]} options.names of the contestants, each next to the one it is compared with
 * @param {number} options.warmups rounds before those that count
 * @param {(name: string, round: number) => Promise<T>} options.measure
 * @returns {Promise<Record<string, T[]>>} the measurements of all rounds, by name
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

/** Calls `login` the given number of times, `concurrency` at a time. */
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
