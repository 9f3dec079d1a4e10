import { MAX_ROOT_TAG_LENGTH, MAX_XML_ELEMENTS } from '../limits'
import { type DocumentLimits, decode, type Element, readText, XmlError } from './read'
import { type SplitChild, split } from './split'

/** Limits of one child of the root of a document. */
export interface ChildLimits extends DocumentLimits {
  /** size of the child as it is written, in bytes */
  readonly bytes: number
}

/**
 * Reads a document like {@link read}, but child by child: a child of the root that {@link read} refuses is left out, and
 * the others are read. When all have too many elements together, the largest are left out first.
 *
 * @param limits of all children together, and of each without `limitsOf`
 * @param limitsOf returns the limits of a child by its start tag; it is called once for each child
 * @throws {XmlError} if the root has text, its tag is refused, the tags do not match, or many children have own limits
 */
export function readByChild(
  bytes: Uint8Array,
  limits: DocumentLimits,
  limitsOf?: (head: Element) => ChildLimits,
): Element {
  const { tag, name, children } = split(decode(bytes))
  // Each child is read inside this tag.
  if (tag.length > MAX_ROOT_TAG_LENGTH) throw new XmlError('a start tag that is too long')
  if (limitsOf && children.length > MAX_XML_ELEMENTS) throw new XmlError('too many children')
  const root = readText(`${tag}/>`, limits)
  const inRoot = (child: string) => `${tag}>${child}</${name}>`
  const limitsOfChild = (child: SplitChild): DocumentLimits | undefined => {
    if (!limitsOf) return limits
    const [head] = childIn(inRoot(`${child.tag}/>`), limits)
    const own = head && limitsOf(head)
    return own && child.elements < own.elements && Buffer.byteLength(child.text) <= own.bytes ? own : undefined
  }
  const limited = new Map(children.map(child => [child, limitsOfChild(child)]))
  const readable = smallestOf(
    children.filter(child => limited.get(child)),
    limits.elements,
  )
  return { ...root, children: readable.flatMap(child => childIn(inRoot(child.text), limited.get(child) ?? limits)) }
}

/** Returns the smallest children that do not have more than `most` elements with the root, in their order. */
function smallestOf(children: readonly SplitChild[], most: number): readonly SplitChild[] {
  let elements = 1
  const smallest = new Set<SplitChild>()
  for (const child of [...children].sort((a, b) => a.elements - b.elements)) {
    elements += child.elements
    if (elements <= most) smallest.add(child)
  }
  return children.filter(child => smallest.has(child))
}

function childIn(document: string, limits: DocumentLimits): readonly Element[] {
  try {
    return readText(document, limits).children
  } catch (error) {
    if (error instanceof XmlError) return []
    throw error
  }
}
