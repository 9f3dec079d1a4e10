import { isSameSecret, keyOf } from '../secrets'
import type { ConfirmRecord } from '../store'
import type { Dialog } from './said'

/** Returns the id of the message that asks: a bounce quotes it. It does not tell the id of the request. */
export function questionId({ id }: Pick<ConfirmRecord, 'id'>): string {
  return keyOf('q', id).replace(':', '-')
}

/** Returns the URL of a dialog: the nonce tells an old dialog with the same number from a new one. */
export function dialogUrl(url: URL, { nonce }: Pick<ConfirmRecord, 'nonce'>): string {
  const own = new URL(url)
  own.searchParams.set('r', nonce)
  return own.href
}

/** Tells whether a dialog is the one of a request, to the letter (XEP-0070 §4.2). */
export function isDialogOf(record: ConfirmRecord, url: URL, dialog: Dialog): boolean {
  return record.isDialog && isSameSecret(dialog.id, record.number) && isSameSecret(dialog.url, dialogUrl(url, record))
}

/** Conditions with which servers refuse messages of strangers; of all others, the account cannot be reached. */
const BLOCKED: ReadonlySet<string> = new Set([
  'policy-violation',
  'forbidden',
  'not-acceptable',
  'not-allowed',
  'subscription-required',
])
/** Returns the fate of a question that came back. */
export function fateOf(condition: string): 'blocked' | 'unreachable' {
  return BLOCKED.has(condition) ? 'blocked' : 'unreachable'
}

/** Conditions of a refusal by the person; the second is XEP-0070's own example, whose namespace is wrong. */
const REFUSALS: ReadonlySet<string> = new Set(['not-authorized', 'undefined-condition'])

/** Tells whether a server wrote an error: it answers in the name of the bare JID, and clients have a resource. */
export function isBounce(from: string, condition: string): boolean {
  return !from.includes('/') && !REFUSALS.has(condition)
}
