/*
 * The number of tries and their seed. `npm run fuzz` tries everything. FUZZ_SHARE sets a part of it, which is a
 * hundredth under `npm test`, so that the fuzzer keeps working. FUZZ_SEED repeats a run. fast-check prints the path to
 * the smallest counterexample beside it.
 */

const share = Number(process.env['FUZZ_SHARE'] ?? '0.01')
if (!(share > 0 && share <= 1)) throw new Error('FUZZ_SHARE must be above 0 and at most 1')

export const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
if (!Number.isInteger(seed)) throw new Error('FUZZ_SEED must be an integer')

/** Returns this run's part of `all`. */
export function part(all: number): number {
  return Math.ceil(all * share)
}

/** Describes the tries of this run, for titles. */
export function tried(all: number, what: string): string {
  return `${part(all)} ${what}, FUZZ_SEED=${seed}`
}
