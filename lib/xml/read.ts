import { XMLParser } from 'fast-xml-parser'
import { XML, XMLNS } from './namespaces'
import { checkRestrictions, type DocumentLimits, type StartTag, XmlError } from './restrictions'

export { type DocumentLimits, XmlError }

/** Element with its namespace resolved. */
export interface Element {
  readonly namespace: string
  /** the local name, without a prefix */
  readonly name: string
  /** by local name, or by `{namespace}name` for an attribute with a namespace; namespace declarations are left out */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** character data directly inside the element, in one string */
  readonly text: string
}

/** Namespace declarations of an element, linked to those of its ancestors. Elements without declarations add no link. */
interface Scope {
  readonly declared: ReadonlyMap<string, string>
  readonly outer: Scope | undefined
}

const ROOT_SCOPE: Scope = {
  declared: new Map([
    ['', ''],
    ['xml', XML],
  ]),
  outer: undefined,
}

// The parser only builds the tree. This file and restrictions.ts decide whether the text is XML and how values decode;
// restrictions.ts has read the attributes already.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  textNodeName: '#text',
  trimValues: false,
  parseTagValue: false,
  processEntities: false,
  // Decodes nothing. Without it the parser would create a decoder for every document.
  entityDecoder: {
    setExternalEntities() {},
    addInputEntities() {},
    reset() {},
    decode: text => text,
    setXmlVersion() {},
  },
  onDangerousProperty: name => name,
  jPath: false, // the paths of elements are not used
})
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads one document of restricted XML (RFC 6120 §11): UTF-8 without a byte order mark, no doctype, comment or
 * processing instruction, one root element, namespace-well-formed. CDATA is refused as well: see restrictions.ts.
 *
 * @throws {XmlError} for anything else, and for documents beyond the limits of `limits.ts`
 */
export function read(bytes: Uint8Array, limits?: DocumentLimits): Element {
  return readText(decode(bytes), limits)
}

/** Reads a document like {@link read}, from its text. */
export function readText(document: string, limits: DocumentLimits | undefined): Element {
  const { text, tags } = checkRestrictions(document, limits)
  const [root] = parseTree(text)
  if (root === undefined) throw new XmlError('no root element')
  const remainingTags = tags.values()
  const element = elementOf(root, remainingTags, ROOT_SCOPE)
  if (remainingTags.next().done !== true) throw new XmlError('the parser left out tags')
  return element
}

/**
 * Returns the text of an element. An identity is never pieced together from text around child elements
 * (RFC 6120 §11.1).
 *
 * @throws {XmlError} if the element has child elements
 */
export function textOf(element: Element): string {
  if (element.children.length > 0) throw new XmlError('an element where text was expected')
  return element.text
}

/** Returns the text of a document: UTF-8 without a byte order mark. */
export function decode(bytes: Uint8Array): string {
  try {
    const text = utf8.decode(bytes)
    if (!text.startsWith('\uFEFF')) return text
  } catch {
    throw new XmlError('bytes that are not UTF-8')
  }
  throw new XmlError('a byte order mark')
}

/** Node of fast-xml-parser with `preserveOrder`: `{ [name]: children }` or `{ '#text': text }`. */
type ParsedNode = { readonly [key: string]: readonly ParsedNode[] | string }

function parseTree(text: string): readonly ParsedNode[] {
  try {
    return parser.parse(text) as ParsedNode[]
  } catch {
    // Without `cause`: the parser's message may repeat parts of the document.
    throw new XmlError('a name that the parser refuses')
  }
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()

function elementOf(node: ParsedNode, tags: Iterator<StartTag>, outer: Scope): Element {
  const { value: tag } = tags.next()
  // The tree must match the checked tags, one by one.
  const content = tag && node[tag.name]
  if (!Array.isArray(content)) throw new XmlError('a tree that does not match its tags')
  const scope = scopeOf(outer, tag.attributes)
  const children: Element[] = []
  let text = ''
  for (const child of content) {
    const childText = child['#text']
    if (typeof childText === 'string') text += childText
    else children.push(elementOf(child, tags, scope))
  }
  const colon = tag.name.indexOf(':')
  const prefix = colon < 0 ? '' : tag.name.slice(0, colon)
  if (prefix === 'xmlns') throw new XmlError('an element with the reserved prefix xmlns')
  return {
    namespace: resolve(scope, prefix),
    name: tag.name.slice(colon + 1),
    attributes: attributesOf(tag.attributes, scope),
    children,
    text: resolveReferences(text),
  }
}

// Namespaces in XML 1.0 §3, §5
function scopeOf(outer: Scope, attributes: readonly string[]): Scope {
  let own: Map<string, string> | undefined
  for (let at = 0; at < attributes.length; at += 2) {
    const name = attributes[at] ?? ''
    if (!isDeclaration(name)) continue
    const value = attributeValue(attributes[at + 1] ?? '')
    const declared = name.slice('xmlns:'.length)
    if (declared === 'xmlns' || value === XMLNS || (declared === 'xml') !== (value === XML)) {
      throw new XmlError('a declaration of a reserved namespace')
    }
    if (declared !== '' && value === '') throw new XmlError('a prefix with an empty namespace')
    own ??= new Map()
    own.set(declared, value)
  }
  return own ? { declared: own, outer } : outer
}

function attributesOf(attributePairs: readonly string[], scope: Scope): ReadonlyMap<string, string> {
  let attributes: Map<string, string> | undefined
  for (let at = 0; at < attributePairs.length; at += 2) {
    const qualified = attributePairs[at] ?? ''
    if (isDeclaration(qualified)) continue
    const colon = qualified.indexOf(':')
    // Namespaces in XML 1.0 §6.2: the default namespace does not apply to attributes.
    const key = colon < 0 ? qualified : `{${resolve(scope, qualified.slice(0, colon))}}${qualified.slice(colon + 1)}`
    attributes ??= new Map()
    if (attributes.has(key)) throw new XmlError('a duplicate attribute')
    attributes.set(key, attributeValue(attributePairs[at + 1] ?? ''))
  }
  return attributes ?? NO_ATTRIBUTES
}

function resolve(scope: Scope, prefix: string): string {
  for (let current: Scope | undefined = scope; current !== undefined; current = current.outer) {
    const namespace = current.declared.get(prefix)
    if (namespace !== undefined) return namespace
  }
  throw new XmlError('an undeclared prefix')
}

function isDeclaration(qualified: string): boolean {
  return qualified === 'xmlns' || qualified.startsWith('xmlns:')
}

// XML 1.0 §2.11 and §3.3.3: line ends and white space in an attribute's value become spaces, before references resolve.
function attributeValue(raw: string): string {
  return resolveReferences(/[\t\r\n]/.test(raw) ? raw.replace(/\r\n|[\t\r\n]/g, ' ') : raw)
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function resolveReferences(raw: string): string {
  if (!raw.includes('&')) return raw
  return raw.replace(/&(?:#x([0-9A-Fa-f]+)|#([0-9]+)|([a-z]+));/g, (_, hexadecimal, decimal, entity) => {
    if (entity !== undefined) return ENTITIES[entity] ?? ''
    return String.fromCodePoint(hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16))
  })
}
