import { FORBIDDEN_CHARACTER, QNAME } from './characters'

/** An element to be written; `name` and the attributes' names may carry a prefix that the caller declares. */
export interface Node {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Node | string)[]
}

const NAME = new RegExp(`^${QNAME}$`, 'u')
/** Those of them that occur, found faster. */
const USUAL_NAME = /^[a-z]+(?::[a-z]+)?$/

/** Names one element; its namespace is an attribute like any other: `element('auth', { xmlns: SASL }, 'text')`. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): Node {
  return { name, attributes, children }
}

/**
 * The element as text, everything in it escaped.
 *
 * @throws {TypeError} for a name that is none and for characters that XML forbids, lone surrogates among them
 */
export function write(node: Node): string {
  let text = `<${nameOf(node.name)}${writeAttributes(node.attributes)}`
  if (node.children.length === 0) return `${text}/>`
  text += '>'
  for (const child of node.children) text += typeof child === 'string' ? escaped(child, IN_TEXT) : write(child)
  return `${text}</${node.name}>`
}

/** Attributes alone, a space before each; see {@link write}. */
export function writeAttributes(attributes: Readonly<Record<string, string>>): string {
  let text = ''
  for (const name of Object.keys(attributes))
    text += ` ${nameOf(name)}='${escaped(attributes[name] ?? '', IN_ATTRIBUTE)}'`
  return text
}

/** Needs no escaping anywhere, and is found out faster. */
const HARMLESS = /^[ !#-%(-;=?-~]*$/
const IN_TEXT = /[&<>\r]/g
const IN_ATTRIBUTE = /[&<>'"\t\n\r]/g
const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&apos;',
  '"': '&quot;',
  '\t': '&#x9;',
  '\n': '&#xA;',
  '\r': '&#xD;',
}

function escaped(text: string, pattern: RegExp): string {
  if (HARMLESS.test(text)) return text
  if (FORBIDDEN_CHARACTER.test(text)) throw new TypeError('a character that XML forbids')
  return text.replace(pattern, character => REFERENCES[character] ?? '')
}

function nameOf(name: string): string {
  if (!USUAL_NAME.test(name) && !NAME.test(name)) throw new TypeError('not an XML name')
  return name
}
