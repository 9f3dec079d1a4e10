import { XmppBoshError } from '../errors/error'
import type { XmppBoshErrorCode } from '../errors/statuses'
import type { Domain } from '../jid'
import type { Authenticator } from '../login/authenticator'
import { isByEmptyReply } from '../login/sasl-exchange'
import type { LoginContext } from '../sessions/context'
import { type Iq, senders } from '../stanzas/iq'
import type { Clock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import { REGISTER } from '../xml/namespaces'
import { element, type Node } from '../xml/write'
import { explained, type Pending, unanswered } from './pending'

/** Returns the request that changes the account `username`: `children` stand in `<query/>` (XEP-0077 §3.2, §3.3). */
export function accountIq(domain: Domain, username: string, children: readonly Node[]): Iq {
  const payload = element('query', { xmlns: REGISTER }, ...children)
  return { type: 'set', to: domain.wire, payload, from: senders(domain, { local: username }) }
}

/** Returns the request for the sign-up form, or the one that submits it as `query` (XEP-0077 §3.1). */
export function newAccountIq(type: Iq['type'], domain: Domain, query?: Node): Iq {
  return { type, to: domain.wire, payload: query ?? element('query', { xmlns: REGISTER }), from: senders(domain) }
}

/**
 * Codes of the ends with which servers answer a removal in place of a reply: Prosody and Metronome end the stream
 * (`not-authorized`), Tigase ends the session without a condition, and a connection may be closed. A proxy that answers
 * (ERR_XMPP_HTTP) says nothing of the account.
 */
const ENDS: readonly XmppBoshErrorCode[] = ['ERR_XMPP_TERMINATED', 'ERR_XMPP_CONNECT']

/**
 * Returns true if a login that is refused with `refusal`, after a removal that ended with `end`, shows that the account is
 * gone. Prosody 13 with `registration_delete_grace_period` disables the account and deletes it later; it ends the stream with
 * `not-authorized`. Anywhere else, a disabled account may be the work of the operator.
 */
function isGone(refusal: XmppBoshError, end: XmppBoshError): boolean {
  if (refusal.code === 'account-disabled') return end.condition === 'not-authorized'
  return refusal.code === 'invalid-credentials' && !isByEmptyReply(refusal)
}

/** Login that looks whether an account is still there. */
export interface Look {
  readonly authenticator: Authenticator
  readonly credentials: { username: string; password: string }
  readonly context: LoginContext
  readonly clock: Clock
  /** time of the deadline, in ms of the clock */
  readonly deadlineAt: number
}

/**
 * Judges a removal that ended with `reason`. If the server ended the session in place of a reply, a login looks: the
 * account is gone if the server now refuses the password that it has just accepted.
 *
 * @throws {XmppBoshError} `reason` or the error of the look; its message says what is known of the account
 */
export async function assertRemoved(reason: unknown, removal: Pending, look: Look): Promise<void> {
  if (!removal.isOpen || !XmppBoshError.is(reason) || !ENDS.includes(reason.code)) throw unanswered(reason, removal)
  const found = await lookFor(look, reason).catch((fault: unknown) => {
    throw unanswered(fault, removal)
  })
  if (found === 'gone') return
  throw found === 'there' ? explained(reason, 'the account is still there') : unanswered(reason, removal)
}

/**
 * Looks for the account with a login that no channel of the diagnostics shows: no visitor made it. Resolves to `unknown` if
 * the server does not answer in time, or has disabled the account. Rejects with any other error of the login.
 */
async function lookFor(look: Look, end: XmppBoshError): Promise<'there' | 'gone' | 'unknown'> {
  const { authenticator, credentials, context, clock, deadlineAt } = look
  const ms = deadlineAt - clock.now()
  if (ms <= 0) return 'unknown'
  const visitor = context.signal ? [context.signal] : []
  const timeout = new TimeoutSignal(clock, ms, () => undefined, ...visitor)
  try {
    await authenticator.authenticated(credentials, { ...context, signal: timeout }, async () => {})
    return 'there'
  } catch (reason) {
    if (!XmppBoshError.is(reason)) throw reason
    if (isGone(reason, end)) return 'gone'
    if (reason.code === 'account-disabled') return 'unknown'
    if (reason.code === 'ERR_XMPP_ABORTED' && !context.signal?.aborted) return 'unknown'
    throw reason
  } finally {
    timeout.release()
  }
}
