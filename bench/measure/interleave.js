/**
 * Measures contestants in turns: every round runs all of them, one after the other. So other load on the machine meets all
 * of them alike.
 *
 * @param {object} options
 * @param {string[]} options.names of the contestants, each next to the one it is compared with
 * @param {number} options.warmups rounds before those that count
 * @param {(name: string, round: number) => Promise<T>} options.measure
 * @param {(names: string[], round: number) => string[]} [options.order] order of a round
 * @returns {Promise<Record<string, T[]>>} the measurements of all rounds, by name
 * @template T
 */
export async function interleaved({ names, rounds, warmups, measure, order = backAndForth, progress = () => {} }) {
  const samples = Object.fromEntries(names.map(name => [name, []]))
  for (let round = -warmups; round < rounds; round++) {
    progress(round)
    for (const name of order(names, round)) {
      const sample = await measure(name, round)
      if (round >= 0) samples[name].push(sample)
    }
  }
  return samples
}

/** Runs every second round backwards. */
export const backAndForth = (names, round) => (round % 2 === 0 ? names : [...names].reverse())

/**
 * Lets each contestant follow each other one equally often (a Williams design), because a turn inherits the heap of the
 * turn before. Takes an even number of names, and as many rounds to be complete.
 */
export function balanced(names, round) {
  const { length } = names
  return names.map((_, place) => {
    const step = place % 2 === 0 ? -place / 2 : (place + 1) / 2
    return names[(((step + round) % length) + length) % length]
  })
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
