import { createHash } from 'node:crypto'
import { BITS_OF_BINARY, DATA_FORM, MEDIA_ELEMENT, REGISTER } from '../../xml/namespaces'
import { element, type Node } from '../../xml/write'
import type { FormField } from '../personalities/habits'
import { digitsPng } from './captcha-picture'

/** Writes a data form for sign-up (XEP-0077 §4). */
export function dataForm(title: string, instructions: Node, fields: readonly FormField[]): Node {
  const type: FormField = { name: 'FORM_TYPE', type: 'hidden', value: REGISTER }
  return element(
    'x',
    { xmlns: DATA_FORM, type: 'form' },
    element('title', {}, title),
    instructions,
    ...[type, ...fields].map(fieldOf),
  )
}

/** Returns the fields of a captcha that asks for a sum. */
export function sumFields({
  challenge,
  question,
}: {
  readonly challenge: string
  readonly question: string
}): FormField[] {
  return [
    { name: 'captcha-id', type: 'hidden', isRequired: true, value: challenge },
    { name: 'qa', type: 'text-single', label: `Solve: ${question}`, isRequired: true, value: '' },
  ]
}

/** Writes the query with a form whose captcha is a picture of digits (XEP-0158). */
export function pictureForm(
  instructions: Node,
  domain: string,
  id: string,
  { challenge, text }: { readonly challenge: string; readonly text: string },
): Node {
  const image = digitsPng(text)
  const cid = `sha1+${createHash('sha1').update(image).digest('hex')}@bob.xmpp.org`
  const uri = element('uri', { type: 'image/png' }, `cid:${cid}`)
  const form = element(
    'x',
    { xmlns: DATA_FORM, type: 'form' },
    instructions,
    field('FORM_TYPE', 'hidden', element('value', {}, REGISTER)),
    field('username', 'text-single', element('required')),
    field('password', 'text-private', element('required')),
    field('captcha-fallback-text', 'fixed', element('value', {}, 'No picture? See the web page.')),
    field('captcha-fallback-url', 'text-single', element('value', {}, `http://${domain}/captcha/${challenge}`)),
    field('from', 'hidden', element('value', {}, domain)),
    field('challenge', 'hidden', element('required'), element('value', {}, challenge)),
    field('sid', 'hidden', element('value', {}, id)),
    field('ocr', 'text-single', element('media', { xmlns: MEDIA_ELEMENT }, uri), element('required')),
  )
  const attributes = { xmlns: BITS_OF_BINARY, cid, type: 'image/png', 'max-age': '0' }
  return element('query', { xmlns: REGISTER }, form, element('data', attributes, image.toString('base64')))
}

function field(name: string, type: string, ...children: readonly Node[]): Node {
  return element('field', { var: name, type, label: name }, ...children)
}

function fieldOf({ name, type, label, isRequired = false, value }: FormField): Node {
  return element(
    'field',
    { ...(name !== undefined && { var: name }), type, ...(label !== undefined && { label }) },
    ...(isRequired ? [element('required')] : []),
    ...(value === undefined ? [] : [element('value', {}, ...(value === '' ? [] : [value]))]),
  )
}
