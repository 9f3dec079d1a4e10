import { type Conditions, CREATION_TERMINATIONS, conditionError, STREAM_ERRORS } from '../../errors/conditions'
import { XmppBoshError } from '../../errors/error'
import type { Domain } from '../../jid'
import { conditionIn } from '../../xml/condition'
import { STREAM_CONDITIONS, STREAMS } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import type { Body } from '../body'
import { SESSION_IS_GONE } from '../http/statuses'

/** Returns true if a body ends its session: by its type, or by a stream error (XEP-0124 §17.2, XEP-0206 §6). */
export function endsSession({ type, children }: Body): boolean {
  return type === 'terminate' || children.some(isStreamError)
}

/** Returns the children of a body that can be an answer: all but stream errors. */
export function answersIn({ children }: Body): readonly Element[] {
  return children.some(isStreamError) ? children.filter(child => !isStreamError(child)) : children
}

/**
 * Returns the error for a body that ends its session, and `undefined` for any other body.
 *
 * A stream error counts without `type='terminate'`, too: it closes the stream (RFC 6120 §4.9.1.1).
 *
 * @param terminations table for the conditions of `type='terminate'`
 */
export function endOf(body: Body, domain: Domain, terminations: Conditions): XmppBoshError | undefined {
  const streamError = body.children.find(isStreamError)
  if (streamError) {
    const condition = conditionIn(streamError.children, STREAM_CONDITIONS)
    return endError(STREAM_ERRORS, condition, domain)
  }
  if (body.type !== 'terminate') return undefined
  // XEP-0124 §17.2: without a condition the server closed the session normally, but before the work was done.
  return body.condition === undefined
    ? new XmppBoshError('ERR_XMPP_TERMINATED', 'the server ended the session')
    : endError(terminations, body.condition, domain)
}

/** Meanings of conditions that are not in the tables. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['item-not-found', SESSION_IS_GONE],
  ['connection-timeout', SESSION_IS_GONE], // MongooseIM
  ['conflict', 'the server ended the session: another one took its place, or the account was removed'],
])

function isStreamError({ namespace, name }: Element): boolean {
  return namespace === STREAMS && name === 'error'
}

function endError(table: Conditions, condition: string, domain: Domain): XmppBoshError {
  return conditionError(table, 'ERR_XMPP_TERMINATED', condition, textOf(table, condition, domain))
}

function textOf(table: Conditions, condition: string, domain: Domain): string {
  if (table === CREATION_TERMINATIONS && condition === 'policy-violation') return REFUSED_CREATION
  if (table.get(condition) === 'ERR_XMPP_DOMAIN') {
    return `\`domain\` '${domain.wire}' is not served by this server; set option \`domain\``
  }
  return MEANINGS.get(condition) ?? 'the server ended the session'
}

// Tigase refuses a domain in this way if BOSH's port is not among its allowed ports.
const REFUSED_CREATION =
  'the server refuses the session: it has banned this address, limits new sessions, or does not allow `domain` on this port'
