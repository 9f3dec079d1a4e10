import { XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import type { Authenticator } from '../login/authenticator'
import type { LoginContext } from '../sessions/context'
import { type Iq, senders } from '../stanzas/iq'
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
 * Returns true if the server refuses the password of an account as wrong.
 *
 * @throws {XmppBoshError} any other error of the login
 */
export async function isRefused(
  authenticator: Authenticator,
  credentials: { username: string; password: string },
  context: LoginContext,
): Promise<boolean> {
  try {
    await authenticator.authenticate(credentials, context)
    return false
  } catch (reason) {
    if (XmppBoshError.is(reason) && reason.code === 'invalid-credentials') return true
    throw reason
  }
}
