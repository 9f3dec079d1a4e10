import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import { askIq, type Iq, stanzaErrorOf } from '../stanzas/iq'
import type { Signal } from '../time/light-signal'
import { REGISTER_FEATURE } from '../xml/namespaces'
import type { Element } from '../xml/read'
import type { Pending } from './pending'
import { type Asked, refusalError } from './refusals'

/** Words for the refusal of each request. */
const NOT_DONE: Readonly<Record<Asked['request'], string>> = {
  form: 'the server refused to send the sign-up form',
  'sign-up': 'the server did not create the account',
  password: 'the server did not change the password',
  removal: 'the server did not remove the account',
}

/**
 * Sends a request of registration and returns the result.
 *
 * @throws {XmppBoshError} the code that refusals.ts has for a refusal; the errors of `askIq`
 */
export async function request(session: BoshSession, iq: Iq, signal: Signal, pending: Pending): Promise<Element> {
  if (session.end) throw session.end // with it, nothing is sent
  pending.isOpen = true
  const answer = await askIq(session, iq, signal)
  pending.isOpen = false
  const error = stanzaErrorOf(answer)
  const { asked } = pending
  if (error !== undefined) throw refusalError(error, asked, NOT_DONE[asked.request])
  return answer
}

/**
 * Checks that the server offers registration (XEP-0077 §9). A closed Openfire sends no answer at all to a sign-up.
 *
 * @throws {XmppBoshError} `registration-closed`
 */
export function assertOffered(features: Element): void {
  if (features.children.some(({ name, namespace }) => name === 'register' && namespace === REGISTER_FEATURE)) return
  throw new XmppBoshError('registration-closed', 'the server does not offer registration (XEP-0077) here')
}
