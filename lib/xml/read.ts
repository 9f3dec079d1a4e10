import { XMLParser } from 'fast-xml-parser'
import { XML, XMLNS } from './names'
import { assertWellFormed, XmlError } from './wellformed'

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

// The parser only builds the tree: what is XML and what a value means is decided here and in wellformed.ts.
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#text',
  trimValues: false,
  parseTagValue: false,
  parseAttributeValue: false,
  processEntities: false,
  htmlEntities: false,
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
  const text = assertWellFormed(decode(bytes))
  const [root] = build(text)
  if (root === undefined) throw new XmlError('no root element')
  return elementOf(root, ROOT_SCOPE)
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

/** What fast-xml-parser makes with `preserveOrder`: `{ [name]: children, ':@': attributes }` or `{ '#text': text }`. */
type Built = { readonly [key: string]: readonly Built[] | string | Readonly<Record<string, string>> }

function build(text: string): readonly Built[] {
  try {
    return parser.parse(text) as Built[]
  } catch {
    // Not passed on: the parser's message may repeat what it read.
    throw new XmlError('names that the parser refuses')
  }
}

function elementOf(built: Built, outer: Scope): Element {
  let qualified = ''
  for (const key of Object.keys(built)) if (key !== ':@') qualified = key
  const raw = rawAttributes(built[':@'] as Readonly<Record<string, string>> | undefined)
  const scope = declare(outer, raw)
  const children: Element[] = []
  let text = ''
  for (const child of built[qualified] as readonly Built[]) {
    if (typeof child['#text'] === 'string') text += child['#text']
    else children.push(elementOf(child, scope))
  }
  const [prefix, name] = splitName(qualified)
  if (prefix === 'xmlns') throw new XmlError('an element in the namespace of declarations')
  return {
    namespace: resolve(scope, prefix),
    name,
    attributes: attributesOf(raw, scope),
    children,
    text: resolveReferences(text),
  }
}

const NONE: readonly RawAttribute[] = []

/** As written, but for the parser's mark before the name and for references. */
type RawAttribute = readonly [name: string, value: string]

function rawAttributes(built: Readonly<Record<string, string>> | undefined): readonly RawAttribute[] {
  if (built === undefined) return NONE
  return Object.keys(built).map(key => [key.slice(1), attributeValue(built[key] ?? '')])
}

// Namespaces in XML 1.0 §3, §5
function declare(outer: Scope, attributes: readonly RawAttribute[]): Scope {
  let own: Map<string, string> | undefined
  for (const [name, value] of attributes) {
    if (!isDeclaration(name)) continue
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

function attributesOf(raw: readonly RawAttribute[], scope: Scope): Map<string, string> {
  const attributes = new Map<string, string>()
  for (const [qualified, value] of raw) {
    if (isDeclaration(qualified)) continue
    const [prefix, name] = splitName(qualified)
    // Namespaces in XML 1.0 §6.2: the default namespace does not apply to attributes.
    const key = prefix === '' ? name : `{${resolve(scope, prefix)}}${name}`
    if (attributes.has(key)) throw new XmlError('an attribute twice')
    attributes.set(key, value)
  }
  return attributes
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

function splitName(qualified: string): [prefix: string, name: string] {
  const colon = qualified.indexOf(':')
  return colon < 0 ? ['', qualified] : [qualified.slice(0, colon), qualified.slice(colon + 1)]
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
