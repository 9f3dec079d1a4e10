import type { Element } from './read'

/**
 * Returns the name of the defined condition among the children of an error element, or `undefined-condition` unless
 * there is exactly one. An error holds one condition and optionally a text (RFC 6120 §4.9.2, §6.5, §8.3.2).
 */
export function conditionIn(children: readonly Element[], namespace: string): string {
  const [condition, ...more] = children.filter(child => child.namespace === namespace && child.name !== 'text')
  return condition !== undefined && more.length === 0 ? condition.name : 'undefined-condition'
}
