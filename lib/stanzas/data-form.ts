import { protocolError } from '../errors/error'
import { MAX_FORM_FIELDS, MAX_FORM_TEXT_LENGTH, MAX_FORM_VALUE_LENGTH } from '../limits'
import { DATA_FORM, MEDIA_ELEMENT } from '../xml/namespaces'
import { type Element, textOf } from '../xml/read'
import { element, type Node } from '../xml/write'

/** XEP-0004 §3.3. */
const FIELD_TYPES = [
  'boolean',
  'fixed',
  'hidden',
  'jid-multi',
  'jid-single',
  'list-multi',
  'list-single',
  'text-multi',
  'text-private',
  'text-single',
] as const

/**
 * How a field is filled in (XEP-0004 §3.3).
 *
 * @useDeclaredType
 */
export type FieldType = (typeof FIELD_TYPES)[number]

/** One field of a form (XEP-0004 §3.2). */
export interface DataField {
  /** `var` */
  readonly name: string
  readonly type: FieldType
  readonly label: string | undefined
  readonly required: boolean
  readonly values: readonly string[]
  readonly options: readonly FieldOption[]
  /** where its pictures are, by media type (XEP-0221); `undefined`: it has none */
  readonly media: ReadonlyMap<string, string> | undefined
}

/** One of the choices of a list. */
export interface FieldOption {
  /** what `submit()` takes */
  readonly value: string
  /** what the visitor reads; text of the server */
  readonly label: string
}

/** A form of the server. */
export interface DataForm {
  readonly instructions: string
  readonly fields: readonly DataField[]
}

/**
 * Reads `<x type='form'/>`, XEP-0004 §3. What no `var` names is for the eye only and left out.
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL for more than the limits allow, and for two fields of one name
 */
export function readForm(x: Element): DataForm {
  const elements = x.children.filter(({ name, namespace }) => namespace === DATA_FORM && name === 'field')
  if (elements.length > MAX_FORM_FIELDS) throw protocolError('the form has too many fields')
  const fields = elements.flatMap(field => (field.attributes.has('var') ? [readField(field)] : []))
  if (new Set(fields.map(({ name }) => name)).size !== fields.length) throw protocolError('the form has a field twice')
  return { instructions: shown(childrenOf(x, 'instructions').map(textOf).join('\n')), fields }
}

/** XEP-0004 §3.1: a form filled in. */
export function submitForm(values: Iterable<readonly [name: string, values: readonly string[]]>): Node {
  const fields = Array.from(values, ([name, each]) =>
    element('field', { var: name }, ...each.map(value => element('value', {}, value))),
  )
  return element('x', { xmlns: DATA_FORM, type: 'submit' }, ...fields)
}

/** Text of the server as it may be shown: without control characters, and not too long. To be escaped all the same. */
export function shown(text: string): string {
  return text
    .replace(/(?!\n)\p{Cc}/gu, ' ')
    .trim()
    .slice(0, MAX_FORM_TEXT_LENGTH)
    .toWellFormed()
}

function readField(field: Element): DataField {
  const { attributes } = field
  const type = FIELD_TYPES.find(known => known === attributes.get('type')) ?? 'text-single'
  const media = field.children.find(({ name, namespace }) => namespace === MEDIA_ELEMENT && name === 'media')
  const label = attributes.get('label')
  return {
    name: bounded(attributes.get('var') ?? ''),
    type,
    label: label === undefined ? undefined : shown(label),
    required: childrenOf(field, 'required').length > 0,
    values: valuesOf(field),
    options: childrenOf(field, 'option').map(option => {
      const [value = ''] = valuesOf(option)
      return { value, label: shown(option.attributes.get('label') ?? value) }
    }),
    media: media && new Map(media.children.map(uri => [uri.attributes.get('type') ?? '', textOf(uri)])),
  }
}

function valuesOf(parent: Element): string[] {
  const values = childrenOf(parent, 'value')
  if (values.length > MAX_FORM_FIELDS) throw protocolError('a field of the form has too many values')
  return values.map(value => bounded(textOf(value)))
}

function childrenOf(parent: Element, name: string): Element[] {
  return parent.children.filter(child => child.namespace === DATA_FORM && child.name === name)
}

function bounded(text: string): string {
  if (text.length > MAX_FORM_VALUE_LENGTH) throw protocolError('the form has a value that is too long')
  return text
}
