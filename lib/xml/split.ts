import { nameAt, readEndTag, skipSpace, valueAfter, valueEnd, withoutDeclaration, XmlError } from './restrictions'

/** Child of the root of a document. */
export interface SplitChild {
  /** start tag as written, without its end (`>` or `/>`) */
  readonly tag: string
  readonly text: string
  /** number of elements, with itself */
  readonly elements: number
}

/** Root element of a document, and its children as text. */
export interface SplitDocument {
  /** start tag of the root as written, without its end (`>` or `/>`) */
  readonly tag: string
  /** name of the root as written */
  readonly name: string
  readonly children: readonly SplitChild[]
}

const NOT_SPACE = /[^ \t\r\n]/

/**
 * Splits a document into the children of its root. It follows the tags and their nesting only, in linear time: the children
 * still have to be read, and may exceed each limit.
 *
 * @throws {XmlError} if the tags do not match, for text in the root or around it, and for a doctype, processing
 * instruction, comment or CDATA
 */
export function split(document: string): SplitDocument {
  const text = withoutDeclaration(document)
  const openElements: string[] = []
  const children: SplitChild[] = []
  let root: { readonly tag: string; readonly name: string } | undefined
  let begin = 0
  let childTag = ''
  let elements = 0
  let at = 0
  while (at < text.length) {
    const tag = text.indexOf('<', at)
    const end = tag < 0 ? text.length : tag
    if (openElements.length < 2 && NOT_SPACE.test(text.slice(at, end))) throw new XmlError('text beside the children')
    if (tag < 0) break

    if (openElements.length === 1) {
      begin = tag
      elements = 0
    }
    if (text[tag + 1] === '/') {
      at = readEndTag(text, tag, openElements.pop())
      if (openElements.length === 1) children.push({ tag: childTag, text: text.slice(begin, at), elements })
      continue
    }
    if (root && openElements.length === 0) throw new XmlError('a second root element')
    // A doctype, comment, CDATA section or processing instruction has no name here.
    const name = nameAt(text, tag + 1, text.length)
    const tagEnd = endOfAttributes(text, tag + 1 + name.length)
    root ??= { tag: text.slice(tag, tagEnd), name }
    if (openElements.length === 1) childTag = text.slice(tag, tagEnd)
    elements++
    const isEmpty = text[tagEnd] === '/'
    at = tagEnd + (isEmpty ? 2 : 1)
    if (text[at - 1] !== '>') throw new XmlError('a malformed start tag')
    if (!isEmpty) openElements.push(name)
    else if (openElements.length === 1) children.push({ tag: childTag, text: text.slice(begin, at), elements })
  }
  if (!root || openElements.length > 0) throw new XmlError('no complete root element')
  return { ...root, children }
}

/** Returns the index of the `>` or `/` behind the attributes that begin at `from`. */
function endOfAttributes(text: string, from: number): number {
  let at = from
  for (;;) {
    at = skipSpace(text, at)
    if (text[at] === '>' || text[at] === '/') return at
    const begin = valueAfter(text, at + nameAt(text, at, text.length).length)
    at = valueEnd(text, begin) + 1
  }
}
