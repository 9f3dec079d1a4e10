// `user[name]`: as body parsers nest form fields
export function pathOf(field: string): readonly string[] {
  return field.split(/\[|\]\[|\]/).filter(part => part !== '')
}

export function fieldAt(body: unknown, path: readonly string[]): unknown {
  let value = body
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}
