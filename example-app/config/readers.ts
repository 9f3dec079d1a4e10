import type { Environment, Variable } from './variables'

/** An invalid environment. The message begins with the variable's name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
}

// Empty counts as unset, because compose files pass an unset variable on as empty.
export function textOf(env: Environment, name: Variable): string | undefined {
  return env[name]?.trim() || undefined
}
