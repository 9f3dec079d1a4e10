import { randomInt } from 'node:crypto'
import { heldTogether, rankTest } from './rank-test.js'

/**
 * Refuses logins of several kinds in random order, `atATime` at once.
 *
 * @param {{ name: string, code: string }[]} kinds
 * @param {object} options
 * @param {number} options.samples number of each kind
 * @param {number} options.atATime number of visitors, each of whom sends one login at a time
 * @param {string[]} [options.codes] other codes that a login of any kind may end with
 * @param {(kind: object, visitor: number) => Promise<unknown>} login
 * @returns for each kind its name, the ms of each login, and its code
 */
export async function refusalsOf(kinds, { samples, atATime, codes = [] }, login) {
  const order = shuffled(kinds.flatMap(kind => Array.from({ length: samples }, () => kind)))
  const refusals = new Map(kinds.map(kind => [kind, { name: kind.name, ms: [], codes: [] }]))
  const visitor = async (_, nth) => {
    for (let kind = order.pop(); kind !== undefined; kind = order.pop()) {
      const startedAt = performance.now()
      const refusal = await login(kind, nth).catch(error => error)
      const code = refusal.code ?? 'let in'
      const { ms, codes: seen } = refusals.get(kind)
      ms.push(performance.now() - startedAt)
      seen.push(code)
      if (code !== kind.code && !codes.includes(code)) throw new Error(`${kind.name}: ${code}`, { cause: refusal })
    }
  }
  await Promise.all(Array.from({ length: atATime }, visitor))
  return [...refusals.values()]
}

/** Keeps `inFlight` logins in flight while `work` runs, and returns its result. */
export async function underLoad(inFlight, login, work) {
  let isOver = false
  const visitor = async (_, nth) => {
    while (!isOver) await login(nth)
  }
  const visitors = Promise.all(Array.from({ length: inFlight }, visitor))
  const failed = new Promise((_, reject) => visitors.catch(reject))
  try {
    return await Promise.race([work(), failed])
  } finally {
    isOver = true
    await visitors
  }
}

/** Compares each two lists of numbers. Returns for each pair p of the rank test, and p corrected for the number of pairs. */
export function comparisons(lists) {
  const pairs = lists.flatMap((one, nth) => lists.slice(nth + 1).map(other => [one, other]))
  const ps = pairs.map(([one, other]) => rankTest(one.numbers, other.numbers))
  const together = heldTogether(ps)
  return pairs.map(([one, other], nth) => ({ pair: [one.name, other.name], p: ps[nth], corrected: together[nth] }))
}

function shuffled(list) {
  for (let end = list.length - 1; end > 0; end--) {
    const other = randomInt(end + 1)
    ;[list[end], list[other]] = [list[other], list[end]]
  }
  return list
}
