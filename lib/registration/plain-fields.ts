import type { DataField } from '../stanzas/data-form'
import { REGISTER } from '../xml/namespaces'
import type { Element } from '../xml/read'

/*
 * A server may offer its fields twice: as a data form, and as plain elements for clients that know no forms (XEP-0077 §6).
 * The data form is used, as the XEP demands, except for a password that it might not arrive in.
 */

/**
 * Returns true if the server takes every visible field of its form as a plain element, and the form has nothing else to
 * send back.
 *
 * @param fields all fields of the form
 * @param siblings elements beside the form
 */
export function takesPlainFields(
  visible: readonly DataField[],
  fields: readonly DataField[],
  siblings: readonly Element[],
): boolean {
  const plain = siblings.filter(({ namespace }) => namespace === REGISTER).map(({ name }) => name)
  return (
    visible.every(({ name, media }) => media === undefined && plain.includes(name)) &&
    fields.every(({ name, type }) => type !== 'hidden' || name === 'FORM_TYPE')
  )
}

/**
 * Returns true for a password that a server may store changed if it comes in a data form: Openfire drops blanks at both
 * ends and joins those in between. Logins send the password as it is.
 *
 * @param prepared password after SASLprep, which makes a blank of every kind of space
 */
export function losesBlanks(prepared: string): boolean {
  return prepared.startsWith(' ') || prepared.endsWith(' ') || prepared.includes('  ')
}
