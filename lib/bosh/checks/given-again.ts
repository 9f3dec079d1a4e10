import type { Element } from '../../xml/read'
import type { Reply } from '../reply'

/**
 * Returns a reply without the answers that were taken before: Openfire gives one again, once in 20,000 logins, beside or in
 * place of a later answer. Only what is the same to the letter is passed over, and each answer once: it is then removed
 * from `taken`.
 */
export function withoutRepeats(reply: Reply, taken: Element[]): Reply {
  for (const child of reply) {
    const at = indexOfSame(taken, child)
    if (at < 0) continue
    taken.splice(at, 1)
    return withoutRepeats(
      reply.filter(other => other !== child),
      taken,
    )
  }
  return reply
}

function indexOfSame(elements: readonly Element[], sought: Element): number {
  for (let at = 0; at < elements.length; at++) {
    if (isSame(elements[at] as Element, sought)) return at
  }
  return -1
}

function isSame(one: Element, other: Element): boolean {
  if (one.name !== other.name || one.namespace !== other.namespace || one.text !== other.text) return false
  if (one.attributes.size !== other.attributes.size || one.children.length !== other.children.length) return false
  for (const [name, value] of one.attributes) {
    if (other.attributes.get(name) !== value) return false
  }
  return one.children.every((child, at) => isSame(child, other.children[at] as Element))
}
