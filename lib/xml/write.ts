import { FORBIDDEN_CHARACTER, QNAME } from './characters'

/** Element to write. `name` and the names of attributes may have a prefix, which the caller declares. */
export interface Node {
  readonly name: string
  readonly attributes: Readonly<Record<string, string>>
  readonly children: readonly (Node | string)[]
}

const NAME = new RegExp(`^${QNAME}$`, 'u')
/** Pattern of the names in use, faster than {@link NAME}. */
const COMMON_NAME = /^[a-z]+(?::[a-z]+)?$/

/** Returns an element to write. Pass its namespace as an attribute: `element('auth', { xmlns: SASL }, 'text')`. */
export function element(
  name: string,
  attributes: Readonly<Record<string, string>> = {},
  ...children: readonly (Node | string)[]
): Node {
  return { name, attributes, children }
}

/**
 * Returns the element as XML text, with text and attribute values escaped.
 *
 * @throws {TypeError} for an invalid name and for characters that XML forbids, lone surrogates included
 */
export function write(node: Node): string {
  let text = `<${nameOf(node.name)}${writeAttributes(node.attributes)}`
  if (node.children.length === 0) return `${text}/>`
  text += '>'
  for (const child of node.children) text += typeof child === 'string' ? escapeCharacters(child, IN_TEXT) : write(child)
  return `${text}</${node.name}>`
}

/** Returns only the attributes as XML text, each with a space before it; see {@link write}. */
export function writeAttributes(attributes: Readonly<Record<string, string>>): string {
  let text = ''
  for (const name of Object.keys(attributes))
    text += ` ${nameOf(name)}='${escapeCharacters(attributes[name] ?? '', IN_ATTRIBUTE)}'`
  return text
}

/** Pattern of text that needs no escaping, faster than the replacement. */
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

function escapeCharacters(text: string, pattern: RegExp): string {
  if (HARMLESS.test(text)) return text
  if (FORBIDDEN_CHARACTER.test(text)) throw new TypeError('the text contains a character that XML forbids')
  return text.replace(pattern, character => REFERENCES[character] ?? '')
}

function nameOf(name: string): string {
  if (!COMMON_NAME.test(name) && !NAME.test(name)) throw new TypeError('the name is not an XML name')
  return name
}
