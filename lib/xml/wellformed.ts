import {
  MAX_XML_ATTRIBUTE_LENGTH,
  MAX_XML_ATTRIBUTES,
  MAX_XML_DEPTH,
  MAX_XML_ELEMENTS,
  MAX_XML_NAME_LENGTH,
} from '../limits'
import { FORBIDDEN_CHARACTER, QNAME } from './characters'

/** The document is not what RFC 6120 §11 allows. The message never repeats any of it. */
export class XmlError extends Error {
  override readonly name = 'XmlError'
}

const NAME = new RegExp(QNAME, 'uy')
const SPACE = /[ \t\r\n]*/y
const DECLARATION =
  /^<\?xml[ \t\r\n]+version[ \t\r\n]*=[ \t\r\n]*(?:'1\.0'|"1\.0")(?:[ \t\r\n]+encoding[ \t\r\n]*=[ \t\r\n]*(?:'[Uu][Tt][Ff]-8'|"[Uu][Tt][Ff]-8"))?(?:[ \t\r\n]+standalone[ \t\r\n]*=[ \t\r\n]*(?:'(?:yes|no)'|"(?:yes|no)"))?[ \t\r\n]*\?>/
const REFERENCE = /&(?:(?:amp|lt|gt|quot|apos)|#(?:([0-9]{1,8})|x([0-9A-Fa-f]{1,6})));/y

/**
 * Goes over the text once, before any parser builds a tree of it, and refuses everything that RFC 6120 §11 forbids
 * (doctype, processing instruction, comment, CDATA, undeclared reference) or that is not well-formed, and everything
 * larger than the limits. Takes linear time.
 *
 * Returns the text a parser may have: without the XML declaration, and without the second of two identical
 * `xmlns:stream` declarations of the root element, which ejabberd writes when a session ends in its first reply. It is
 * the one fault that is forgiven, because the reason for the end stands in that reply.
 */
export function assertWellFormed(document: string): string {
  if (FORBIDDEN_CHARACTER.test(document)) throw new XmlError('a character that XML forbids')
  const text = document.slice(DECLARATION.exec(document)?.[0].length ?? 0)
  const open: string[] = []
  let elements = 0
  let rootClosed = false
  let repeated: { from: number; to: number } | undefined
  let at = 0

  while (at < text.length) {
    const tag = text.indexOf('<', at)
    const end = tag < 0 ? text.length : tag
    if (open.length === 0) {
      if (match(SPACE, text, at).length !== end - at) throw new XmlError('text outside the root element')
    } else {
      assertText(text.slice(at, end))
    }
    if (tag < 0) break

    const next = text[tag + 1]
    if (next === '!' || next === '?') throw new XmlError('doctype, comment, CDATA or processing instruction')
    if (next === '/') {
      const name = nameAt(text, tag + 2)
      if (open.pop() !== name) throw new XmlError('an end tag that does not match')
      at = tag + 2 + name.length
      at += match(SPACE, text, at).length
      if (text[at++] !== '>') throw new XmlError('a malformed end tag')
    } else {
      if (rootClosed) throw new XmlError('a second root element')
      if (++elements > MAX_XML_ELEMENTS) throw new XmlError('too many elements')
      const start = startTag(text, tag + 1, open.length === 0)
      repeated ??= start.repeated
      at = start.end
      if (!start.empty) open.push(start.name)
      if (open.length + (start.empty ? 1 : 0) > MAX_XML_DEPTH) throw new XmlError('elements nested too deeply')
    }
    rootClosed = open.length === 0
  }
  if (!rootClosed) throw new XmlError('no complete root element')
  return repeated ? text.slice(0, repeated.from) + text.slice(repeated.to) : text
}

interface StartTag {
  name: string
  /** index behind the tag */
  end: number
  empty: boolean
  /** where a repeated declaration of `xmlns:stream` stands */
  repeated?: { from: number; to: number }
}

function startTag(text: string, from: number, isRoot: boolean): StartTag {
  const name = nameAt(text, from)
  const seen = new Map<string, string>()
  let repeated: StartTag['repeated']
  let at = from + name.length
  for (;;) {
    const before = at
    at += match(SPACE, text, at).length
    if (text[at] === '>' || (text[at] === '/' && text[at + 1] === '>')) {
      const empty = text[at] === '/'
      return { name, end: at + (empty ? 2 : 1), empty, ...(repeated && { repeated }) }
    }
    if (at === before) throw new XmlError('a malformed start tag')

    const attribute = nameAt(text, at)
    at += attribute.length
    at += match(SPACE, text, at).length
    if (text[at++] !== '=') throw new XmlError('an attribute without a value')
    at += match(SPACE, text, at).length
    const quote = text[at++]
    if (quote !== '"' && quote !== "'") throw new XmlError('an attribute value without quotes')
    const close = text.indexOf(quote, at)
    if (close < 0) throw new XmlError('an attribute value without an end')
    if (close - at > MAX_XML_ATTRIBUTE_LENGTH) throw new XmlError('an attribute value that is too long')
    const value = text.slice(at, close)
    if (value.includes('<')) throw new XmlError('a "<" in an attribute value')
    assertReferences(value)
    at = close + 1

    if (!seen.has(attribute)) {
      if (seen.size === MAX_XML_ATTRIBUTES) throw new XmlError('too many attributes')
      seen.set(attribute, value)
    } else if (isRoot && attribute === 'xmlns:stream' && seen.get(attribute) === value && !repeated) {
      repeated = { from: before, to: at }
    } else {
      throw new XmlError('an attribute twice')
    }
  }
}

function assertText(text: string): void {
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

function nameAt(text: string, at: number): string {
  const name = match(NAME, text, at)
  // U+FEFF and U+1680 may stand in a name (XML 1.0 §2.3), but the parser takes them for white space.
  if (name === '' || name.length > MAX_XML_NAME_LENGTH || /\s/.test(name)) throw new XmlError('a malformed name')
  return name
}

function match(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}
