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
 * Checks that `options` has no other names than those of `known`.
 *
 * @param prefix of the names in the message, such as `tls.`
 * @throws {TypeError} that names the first unknown option
 */
export function assertKnown(options: object, known: readonly string[], prefix = ''): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`unknown option \`${prefix}${name}\``)
  }
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
