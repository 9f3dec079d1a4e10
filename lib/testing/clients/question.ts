import { EXPIRE, HTTP_AUTH } from '../../xml/namespaces'
import type { Node } from '../../xml/write'
import { childOf, textIn } from '../routing/offline'

/**
 * A question that a user of a test server was asked: a chat message that waits for an answer, or a dialog (XEP-0070).
 *
 * @example
 * ```ts
 * import type { Question } from 'passport-xmpp-bosh/testing'
 *
 * const shown = ({ text, number, from }: Question) => `${from}: ${text} ${number ?? ''}`
 * ```
 */
export interface Question {
  /** text of the message; empty for a dialog without one */
  readonly text: string
  /** `id` of the dialog, which is the number that the browser shows; `undefined` without a dialog */
  readonly number: string | undefined
  /** `url` of the dialog; `undefined` without a dialog */
  readonly url: string | undefined
  /** full JID that asks */
  readonly from: string
}

/** A question with the stanza that asks it. */
export interface Asked extends Question {
  readonly stanza: Node
  readonly confirm: Node | undefined
}

/**
 * Reads a question, or returns `undefined` for any other stanza. A message is a question if it has a dialog, or a text
 * that expires (XEP-0023).
 */
export function questionOf(stanza: Node): Asked | undefined {
  const { from = '' } = stanza.attributes
  const confirm = childOf(stanza, 'confirm', HTTP_AUTH)
  const body = childOf(stanza, 'body')
  const isText = body !== undefined && childOf(stanza, 'x', EXPIRE) !== undefined
  if (confirm === undefined && !isText) return undefined
  const text = body === undefined ? '' : textIn(body)
  return { text, number: confirm?.attributes['id'], url: confirm?.attributes['url'], from, stanza, confirm }
}
