import { XMLParser } from 'fast-xml-parser'
import { XML, XMLNS } from './namespaces'
import { checkRestrictions, type StartTag, XmlError } from './restrictions'

export { XmlError }

/** An element with its namespace resolved. */
export interface Element {
  readonly namespace: string
  /** the local name, without a prefix */
  readonly name: string
  /** by local name, or by `{namespace}name` for an attribute that has a namespace; declarations are not among them */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly Element[]
  /** the character data directly inside, in one string */
  readonly text: string
}

/** The declarations of one element; what is not among them is its parent's. No deeper than the elements are. */
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

// The parser only builds the tree: what is XML and what a value means is decided here and in wellformed.ts, which has
// read the attributes already.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: true,
  textNodeName: '#text',
  trimValues: false,
  parseTagValue: false,
  processEntities: false,
  // None is decoded here; the parser's own would be made anew for every document.
  entityDecoder: {
    setExternalEntities() {},
    addInputEntities() {},
    reset() {},
    decode: text => text,
    setXmlVersion() {},
  },
  onDangerousProperty: name => name,
  jPath: false, // nobody asks where an element is
})
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads one document of restricted XML (RFC 6120 §11): UTF-8 without a byte order mark, no doctype, comment, CDATA or
 * processing instruction, one root element, namespace-well-formed.
 *
 * @throws {XmlError} for anything else, and for documents beyond the limits of `limits.ts`
 */
export function read(bytes: Uint8Array): Element {
  const { text, tags } = checkRestrictions(decode(bytes))
  const [root] = build(text)
  if (root === undefined) throw new XmlError('no root element')
  const rest = tags.values()
  const element = elementOf(root, rest, ROOT_SCOPE)
  if (rest.next().done !== true) throw new XmlError('a tree without some of its tags')
  return element
}

/** The text of an element that must hold nothing but text (RFC 6120 §11.1: an identity is never pieced together). */
export function textOf(element: Element): string {
  if (element.children.length > 0) throw new XmlError('an element where text was expected')
  return element.text
}

function decode(bytes: Uint8Array): string {
  try {
    const text = utf8.decode(bytes)
    if (!text.startsWith('\uFEFF')) return text
  } catch {
    throw new XmlError('bytes that are not UTF-8')
  }
  throw new XmlError('a byte order mark')
}

/** What fast-xml-parser makes with `preserveOrder`: `{ [name]: children }` or `{ '#text': text }`. */
type Built = { readonly [key: string]: readonly Built[] | string }

function build(text: string): readonly Built[] {
  try {
    return parser.parse(text) as Built[]
  } catch {
    // Not passed on: the parser's message may repeat what it read.
    throw new XmlError('names that the parser refuses')
  }
}

const NO_ATTRIBUTES: ReadonlyMap<string, string> = new Map()

function elementOf(built: Built, tags: Iterator<StartTag>, outer: Scope): Element {
  const { value: tag } = tags.next()
  // What was checked must be what was built.
  const inside = tag && built[tag.name]
  if (!Array.isArray(inside)) throw new XmlError('a tree other than that of its tags')
  const scope = declare(outer, tag.attributes)
  const children: Element[] = []
  let text = ''
  for (const child of inside) {
    const piece = child['#text']
    if (typeof piece === 'string') text += piece
    else children.push(elementOf(child, tags, scope))
  }
  const colon = tag.name.indexOf(':')
  const prefix = colon < 0 ? '' : tag.name.slice(0, colon)
  if (prefix === 'xmlns') throw new XmlError('an element in the namespace of declarations')
  return {
    namespace: resolve(scope, prefix),
    name: tag.name.slice(colon + 1),
    attributes: attributesOf(tag.attributes, scope),
    children,
    text: resolveReferences(text),
  }
}

// Namespaces in XML 1.0 §3, §5
function declare(outer: Scope, attributes: readonly string[]): Scope {
  let own: Map<string, string> | undefined
  for (let at = 0; at < attributes.length; at += 2) {
    const name = attributes[at] ?? ''
    if (!isDeclaration(name)) continue
    const value = attributeValue(attributes[at + 1] ?? '')
    const declared = name.slice('xmlns:'.length)
    if (declared === 'xmlns' || value === XMLNS || (declared === 'xml') !== (value === XML)) {
      throw new XmlError('a reserved namespace declared')
    }
    if (declared !== '' && value === '') throw new XmlError('a prefix without a namespace')
    own ??= new Map()
    own.set(declared, value)
  }
  return own ? { declared: own, outer } : outer
}

function attributesOf(written: readonly string[], scope: Scope): ReadonlyMap<string, string> {
  let attributes: Map<string, string> | undefined
  for (let at = 0; at < written.length; at += 2) {
    const qualified = written[at] ?? ''
    if (isDeclaration(qualified)) continue
    const colon = qualified.indexOf(':')
    // Namespaces in XML 1.0 §6.2: the default namespace does not apply to attributes.
    const key = colon < 0 ? qualified : `{${resolve(scope, qualified.slice(0, colon))}}${qualified.slice(colon + 1)}`
    attributes ??= new Map()
    if (attributes.has(key)) throw new XmlError('an attribute twice')
    attributes.set(key, attributeValue(written[at + 1] ?? ''))
  }
  return attributes ?? NO_ATTRIBUTES
}

function resolve(scope: Scope, prefix: string): string {
  for (let within: Scope | undefined = scope; within !== undefined; within = within.outer) {
    const namespace = within.declared.get(prefix)
    if (namespace !== undefined) return namespace
  }
  throw new XmlError('a prefix that is not declared')
}

function isDeclaration(qualified: string): boolean {
  return qualified === 'xmlns' || qualified.startsWith('xmlns:')
}

// XML 1.0 §2.11 and §3.3.3: line ends, then white space of an attribute's value, before references.
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
