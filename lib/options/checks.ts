/** @throws {TypeError} */
export function assertObject(value: unknown, what: string): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError(`${what} must be an object`)
}

/** @throws {TypeError} naming the first option that is not known */
export function assertKnown(options: object, known: readonly string[], prefix = ''): void {
  for (const name of Object.keys(options)) {
    if (!known.includes(name)) throw new TypeError(`unknown option \`${prefix}${name}\``)
  }
}

/** @throws {TypeError} */
export function optionalBoolean<K extends string>(options: { [key in K]?: unknown }, name: K): boolean | undefined {
  const value = options[name]
  if (value === undefined || typeof value === 'boolean') return value as boolean | undefined
  throw new TypeError(`option \`${name}\` must be true or false`)
}

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
