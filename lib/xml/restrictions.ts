import {
  MAX_XML_ATTRIBUTE_LENGTH,
  MAX_XML_ATTRIBUTES,
  MAX_XML_DEPTH,
  MAX_XML_ELEMENTS,
  MAX_XML_NAME_LENGTH,
} from '../limits'
import { FORBIDDEN_CHARACTER, QNAME } from './characters'

/** Error for a document that RFC 6120 §11 does not allow. The message never repeats parts of the document. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

const NAME = new RegExp(QNAME, 'uy')
const EQUALS_QUOTE = /[ \t\r\n]*=[ \t\r\n]*['"]/y
const SPACE = /^[ \t\r\n]*$/
const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:'1\.0'|"1\.0")(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:'[Uu][Tt][Ff]-8'|"[Uu][Tt][Ff]-8"))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:'(?:yes|no)'|"(?:yes|no)"))?[ \t\r\n]*\?>/
const REFERENCE = /&(?:(?:amp|lt|gt|quot|apos)|#(?:([0-9]{1,8})|x([0-9A-Fa-f]{1,6})));/y

/**
 * Attributes of `<body/>` that ejabberd's `ejabberd_bosh:encode_body` adds once for a stream error, once for the end of
 * the stream and once for the body, without a look at the others.
 */
const REPEATED_BY_EJABBERD: ReadonlySet<string> = new Set(['type', 'condition', 'xmlns:stream'])

/** Start tag as written in the document. */
export interface StartTag {
  readonly name: string
  /** alternating names and values, in document order; references in the values are not resolved yet */
  readonly attributes: readonly string[]
}

/** Result of {@link checkRestrictions}. */
export interface CheckedDocument {
  /** the document without its XML declaration and attributes, so that the parser does not read them again */
  readonly text: string
  /** start tags of all elements, in document order */
  readonly tags: readonly StartTag[]
}

/** Limits of a document that depend on its use. */
export interface DocumentLimits {
  /** number of elements */
  readonly elements: number
  /** depth of nested elements */
  readonly depth: number
}

const LIMITS: DocumentLimits = { elements: MAX_XML_ELEMENTS, depth: MAX_XML_DEPTH }

/**
 * Scans the text once, in linear time, before the parser builds a tree.
 *
 * Tolerates one violation: {@link REPEATED_BY_EJABBERD} with equal values, on the root element. ejabberd writes them
 * when it ends a session that has just begun, and that reply contains the reason, such as a ban.
 *
 * Refuses CDATA sections as well. RFC 6120 §11.1 allows them, but no server writes them, and a text that is read in
 * pieces by one program and as a whole by another is a way to forge identities.
 *
 * @throws {XmlError} for everything that RFC 6120 §11 forbids (doctype, processing instruction, comment, undeclared
 * reference), for CDATA, for what is not well-formed, or exceeds the limits of limits.ts
 */
export function checkRestrictions(document: string, limits: DocumentLimits = LIMITS): CheckedDocument {
  if (FORBIDDEN_CHARACTER.test(document)) throw new XmlError('a character that XML forbids')
  const text = withoutDeclaration(document)
  const tags: StartTag[] = []
  const openElements: string[] = []
  let withoutAttributes = ''
  let copied = 0
  let at = 0

  while (at < text.length) {
    const tag = text.indexOf('<', at)
    const end = tag < 0 ? text.length : tag
    if (end > at) assertText(text.slice(at, end), openElements.length === 0)
    if (tag < 0) break

    const next = text[tag + 1]
    if (next === '!' || next === '?') throw new XmlError('doctype, comment, CDATA or processing instruction')
    if (next === '/') {
      at = readEndTag(text, tag, openElements.pop())
    } else {
      if (tags.length > 0 && openElements.length === 0) throw new XmlError('a second root element')
      if (tags.length === limits.elements) throw new XmlError('too many elements')
      if (openElements.length === limits.depth) throw new XmlError('elements nested too deeply')
      const name = nameAt(text, tag + 1)
      const attributes: string[] = []
      const nameEnd = tag + 1 + name.length
      at = readAttributes(text, nameEnd, attributes, tags.length === 0)
      tags.push({ name, attributes })
      if (at > nameEnd) {
        withoutAttributes += text.slice(copied, nameEnd)
        copied = at
      }
      if (text[at] === '/') at++
      else openElements.push(name)
      if (text[at++] !== '>') throw new XmlError('a malformed start tag')
    }
  }
  if (tags.length === 0 || openElements.length > 0) throw new XmlError('no complete root element')
  return { text: withoutAttributes + text.slice(copied), tags }
}

/** Returns the document without its XML declaration. */
export function withoutDeclaration(document: string): string {
  return document.startsWith('<?') ? document.slice(DECLARATION.exec(document)?.[0].length ?? 0) : document
}

/** Returns the index after the end tag at `tag`, which must close `name`. */
export function readEndTag(text: string, tag: number, name: string | undefined): number {
  if (name === undefined || !text.startsWith(name, tag + 2)) throw new XmlError('an end tag that does not match')
  const at = skipSpace(text, tag + 2 + name.length)
  if (text[at] !== '>') throw new XmlError('a malformed end tag')
  return at + 1
}

/** Appends the attributes that begin at `from` to `attributes`. Returns the index after them. */
function readAttributes(text: string, from: number, attributes: string[], isRoot: boolean): number {
  let at = from
  let read = 0
  for (;;) {
    const before = at
    at = skipSpace(text, at)
    if (text[at] === '>' || text[at] === '/') return at
    if (at === before) throw new XmlError('a malformed start tag')

    const name = nameAt(text, at)
    const begin = valueAfter(text, at + name.length)
    const value = text.slice(begin, valueEnd(text, begin))
    if (value.includes('<')) throw new XmlError('an attribute without a value')
    at = begin + value.length + 1
    if (value.length > MAX_XML_ATTRIBUTE_LENGTH) throw new XmlError('an attribute value that is too long')
    assertReferences(value)

    if (read++ === MAX_XML_ATTRIBUTES) throw new XmlError('too many attributes')
    const earlier = earlierValue(attributes, name)
    if (earlier === undefined) attributes.push(name, value)
    else if (!isRoot || earlier !== value || !REPEATED_BY_EJABBERD.has(name))
      throw new XmlError('a duplicate attribute')
  }
}

/** Returns the index of the attribute value whose name ends at `from`. */
export function valueAfter(text: string, from: number): number {
  EQUALS_QUOTE.lastIndex = from
  if (!EQUALS_QUOTE.test(text)) throw new XmlError('an attribute without a value')
  return EQUALS_QUOTE.lastIndex
}

/** Returns the index of the quote that ends the attribute value at `begin`. */
export function valueEnd(text: string, begin: number): number {
  const end = text.indexOf(text[begin - 1] as string, begin)
  if (end < 0) throw new XmlError('an attribute without a value')
  return end
}

/** Returns the index of the first character from `from` on that is no white space (XML 1.0 §2.3). */
export function skipSpace(text: string, from: number): number {
  let at = from
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\r' || text[at] === '\n') at++
  return at
}

function earlierValue(attributes: readonly string[], name: string): string | undefined {
  for (let at = 0; at < attributes.length; at += 2) if (attributes[at] === name) return attributes[at + 1]
  return undefined
}

function assertText(text: string, isOutside: boolean): void {
  if (isOutside && !SPACE.test(text)) throw new XmlError('text outside the root element')
  if (text.includes(']]>')) throw new XmlError('a "]]>" in text')
  assertReferences(text)
}

function assertReferences(text: string): void {
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    REFERENCE.lastIndex = at
    const reference = REFERENCE.exec(text)
    if (!reference) throw new XmlError('an unknown reference')
    const [, decimal, hexadecimal] = reference
    if (decimal === undefined && hexadecimal === undefined) continue
    const code = decimal === undefined ? Number.parseInt(hexadecimal ?? '', 16) : Number.parseInt(decimal, 10)
    if (code > 0x10ffff || FORBIDDEN_CHARACTER.test(String.fromCodePoint(code))) {
      throw new XmlError('a reference to a character that XML forbids')
    }
  }
}

/** Returns the name at `at`. */
export function nameAt(text: string, at: number, maxLength = MAX_XML_NAME_LENGTH): string {
  NAME.lastIndex = at
  const name = NAME.test(text) ? text.slice(at, NAME.lastIndex) : ''
  if (name === '' || name.length > maxLength) throw new XmlError('a malformed name')
  return name
}
