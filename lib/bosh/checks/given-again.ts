import type { Element } from '../../xml/read'
import type { Reply } from '../reply'

/**
 * Returns a reply without the answers that were taken before: Openfire gives one again, once in 20,000 logins, beside or in
 * place of a later answer. Only what is the same to the letter is passed over, and each answer once: it is then removed
 * from `taken`.
 */
export function withoutRepeats(reply: Reply, taken: Element[]): Reply {
  return reply.filter(child => {
    const at = taken.findIndex(answer => isSame(answer, child))
    if (at >= 0) taken.splice(at, 1)
    return at < 0
  })
}

function isSame(one: Element, other: Element): boolean {
  if (one.name !== other.name || one.namespace !== other.namespace || one.text !== other.text) return false
  if (one.attributes.size !== other.attributes.size || one.children.length !== other.children.length) return false
  for (const [name, value] of one.attributes) {
    if (other.attributes.get(name) !== value) return false
  }
  return one.children.every((child, at) => isSame(child, other.children[at] as Element))
}
