/** Returns the keys that lead to a form field. Body parsers nest a field named `user[name]`: `['user', 'name']`. */
export function pathOf(field: string): readonly string[] {
  return field.split(/\[|\]\[|\]/).filter(part => part !== '')
}

/** Returns the value at `path` in a parsed body, or `undefined` if one of the keys is not an own property. */
export function fieldAt(body: unknown, path: readonly string[]): unknown {
  let value = body
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
