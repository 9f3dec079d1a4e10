import { XmppBoshError } from '../errors/error'
import type { XmppBoshErrorCode } from '../errors/statuses'
import type { Domain } from '../jid'
import type { Authenticator } from '../login/authenticator'
import type { LoginContext } from '../sessions/context'
import { type Iq, senders } from '../stanzas/iq'
import type { Clock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import { REGISTER } from '../xml/namespaces'
import { element, type Node } from '../xml/write'

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
 * Codes of the ends with which servers answer a removal in place of a reply: Prosody, Metronome and Tigase end the stream
 * or the session, or close the connection. A proxy that answers (ERR_XMPP_HTTP) says nothing of the account.
 */
const ENDS: readonly XmppBoshErrorCode[] = ['ERR_XMPP_TERMINATED', 'ERR_XMPP_CONNECT']

/** Returns true for an error that a removal which was done may end with. */
export function mayBeRemoved(reason: unknown): boolean {
  return XmppBoshError.is(reason) && ENDS.includes(reason.code)
}

/** Login that looks whether an account is still there. */
export interface Look {
  readonly authenticator: Authenticator
  readonly clock: Clock
  /** ms that are left for it */
  readonly ms: number
}

/**
 * Returns true if the server refuses the password of an account as wrong, and false if it does not answer in time.
 *
 * @throws {XmppBoshError} any other error of the login
 */
export async function isRefused(
  { authenticator, clock, ms }: Look,
  credentials: { username: string; password: string },
  context: LoginContext,
): Promise<boolean> {
  if (ms <= 0) return false
  const visitor = context.signal ? [context.signal] : []
  const timeout = new TimeoutSignal(clock, ms, () => undefined, ...visitor)
  try {
    await authenticator.authenticate(credentials, { ...context, signal: timeout })
    return false
  } catch (reason) {
    if (!XmppBoshError.is(reason)) throw reason
    if (reason.code === 'invalid-credentials') return true
    if (reason.code === 'ERR_XMPP_ABORTED' && !context.signal?.aborted) return false
    throw reason
  } finally {
    timeout.release()
  }
}
