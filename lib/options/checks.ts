import { MAX_SIMILAR_NAME_LENGTH } from '../limits'

/**
 * Checks that `value` is an object and not an array.
 *
 * @throws {TypeError} that begins with `name`
 */
export function assertObject(value: unknown, name: string): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${name} must be an object`)
}

/**
 * Checks that `options` has no other names than those of `known`. An option that is `undefined` is as if absent.
 *
 * @param prefix of the names in the message, such as `tls.`
 * @throws {TypeError} that names the first unknown option, and the known one that looks like it
 */
export function assertKnown(options: object, known: readonly string[], prefix = ''): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || known.includes(name)) continue
    const meant = similarTo(name, known)
    throw new TypeError(
      `unknown option \`${prefix}${name}\`${meant === undefined ? '' : `; did you mean \`${prefix}${meant}\`?`}`,
    )
  }
}

/** Returns the name that differs least from `name`, or `undefined` if all differ by more than a third of its letters. */
function similarTo(name: string, known: readonly string[]): string | undefined {
  if (name.length > MAX_SIMILAR_NAME_LENGTH) return undefined
  let best: string | undefined
  let least = Math.floor(name.length / 3) + 1
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase())
    if (distance < least) [best, least] = [candidate, distance]
  }
  return best
}

/** Counts the letters to insert, delete or replace (Levenshtein) to turn `from` into `to`. Two that swap count as two. */
function editDistance(from: string, to: string): number {
  let above = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (above[column - 1] as number) + (from[row - 1] === to[column - 1] ? 0 : 1)
      current.push(Math.min(replaced, (above[column] as number) + 1, (current[column - 1] as number) + 1))
    }
    above = current
  }
  return above[to.length] as number
}

/**
 * Returns the boolean option `name`, or `undefined` if it is not given.
 *
 * @throws {TypeError} that names the option
 */
export function optionalBoolean<K extends string>(options: { [key in K]?: unknown }, name: K): boolean | undefined {
  const value = options[name]
  if (value === undefined || typeof value === 'boolean') return value as boolean | undefined
  throw new TypeError(`option \`${name}\` must be true or false`)
}

/**
 * Returns the integer option `name`, or `undefined` if it is not given.
 *
 * @throws {TypeError} that names the option and its bounds, unless the value is an integer from `least` to `most`
 */
export function optionalInteger<K extends string>(
  options: { [key in K]?: unknown },
  name: K,
  least: number,
  most: number,
): number | undefined {
  const value = options[name]
  if (value === undefined) return undefined
  if (!Number.isInteger(value) || (value as number) < least || (value as number) > most) {
    throw new TypeError(`option \`${name}\` must be an integer from ${least} to ${most}`)
  }
  return value as number
}
