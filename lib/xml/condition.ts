import type { Element } from './read'
/** RFC 6120 §4.9.2, §6.5, §8.3.2: an error holds one defined condition, and possibly a text. */
export function conditionIn(children: readonly Element[], namespace: string): string {
  const [condition, ...more] = children.filter(child => child.namespace === namespace && child.name !== 'text')
  return condition !== undefined && more.length === 0 ? condition.name : 'undefined-condition'
}
