import { protocolError } from '../errors/error'
import { MAX_FORM_FIELDS, MAX_FORM_TEXT_LENGTH, MAX_FORM_VALUE_LENGTH } from '../limits'
import { DATA_FORM, MEDIA_ELEMENT } from '../xml/namespaces'
import { type Element, textOf } from '../xml/read'
import { element, type Node } from '../xml/write'

/** Field types of data forms (XEP-0004 §3.3). */
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
 * Type of a form field, which decides on its control (XEP-0004 §3.3).
 *
 * @useDeclaredType
 */
export type FieldType = (typeof FIELD_TYPES)[number]

/** Field of a data form (XEP-0004 §3.2). */
export interface DataField {
  /** attribute `var` */
  readonly name: string
  readonly type: FieldType
  readonly label: string | undefined
  readonly required: boolean
  readonly values: readonly string[]
  readonly options: readonly FieldOption[]
  /** media type and URI of each of the field's pictures (XEP-0221); `undefined`: no pictures */
  readonly media: readonly (readonly [type: string, uri: string])[] | undefined
}

/**
 * Choice of a list field.
 *
 * @example
 * ```ts
 * import type { FieldOption } from 'passport-xmpp-bosh'
 *
 * const escape = (text: string) => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
 *
 * export function optionTag({ value, label }: FieldOption): string {
 *   return `<option value="${escape(value)}">${escape(label)}</option>`
 * }
 * ```
 */
export interface FieldOption {
  /** value for `submit()` */
  readonly value: string
  /** text to show; comes from the server: escape it */
  readonly label: string
}

/** Data form that the server sent. */
export interface DataForm {
  readonly instructions: string
  readonly fields: readonly DataField[]
}

/**
 * Reads `<x type='form'/>` (XEP-0004 §3). Fields without `var` are only text to show, and are left out.
 *
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if a limit is exceeded or two fields have one name
 */
export function readForm(x: Element): DataForm {
  const elements = x.children.filter(({ name, namespace }) => namespace === DATA_FORM && name === 'field')
  if (elements.length > MAX_FORM_FIELDS) throw protocolError('the form has too many fields')
  const fields = elements.flatMap(field => (field.attributes.has('var') ? [readField(field)] : []))
  if (new Set(fields.map(({ name }) => name)).size !== fields.length)
    throw protocolError('the form has two fields with the same name')
  return { instructions: displayable(childrenOf(x, 'instructions').map(textOf).join('\n')), fields }
}

/** Returns `<x type='submit'/>`: a filled-in form (XEP-0004 §3.1). */
export function submitForm(values: Iterable<readonly [name: string, values: readonly string[]]>): Node {
  const fields = Array.from(values, ([name, each]) =>
    element('field', { var: name }, ...each.map(value => element('value', {}, value))),
  )
  return element('x', { xmlns: DATA_FORM, type: 'submit' }, ...fields)
}

/** Returns text of the server without control characters and cut to length. It still has to be escaped. */
export function displayable(text: string): string {
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
    name: withinLimit(attributes.get('var') ?? ''),
    type,
    label: label === undefined ? undefined : displayable(label),
    required: childrenOf(field, 'required').length > 0,
    values: valuesOf(field),
    options: childrenOf(field, 'option').map(option => {
      const [value = ''] = valuesOf(option)
      return { value, label: displayable(option.attributes.get('label') ?? value) }
    }),
    media: media?.children.map(uri => [uri.attributes.get('type') ?? '', textOf(uri)] as const),
  }
}

function valuesOf(parent: Element): string[] {
  const values = childrenOf(parent, 'value')
  if (values.length > MAX_FORM_FIELDS) throw protocolError('a field of the form has too many values')
  return values.map(value => withinLimit(textOf(value)))
}

function childrenOf(parent: Element, name: string): Element[] {
  return parent.children.filter(child => child.namespace === DATA_FORM && child.name === name)
}

function withinLimit(text: string): string {
  if (text.length > MAX_FORM_VALUE_LENGTH) throw protocolError('a value of the form is too long')
  return text
}
