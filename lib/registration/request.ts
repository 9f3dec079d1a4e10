import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import { askIq, type Iq, stanzaErrorOf } from '../stanzas/iq'
import type { Signal } from '../time/light-signal'
import { REGISTER_FEATURE } from '../xml/namespaces'
import type { Element } from '../xml/read'
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
 * @param answered is called with the reply, before it is looked at
 * @throws {XmppBoshError} the code that refusals.ts has for a refusal; the errors of `askIq`
 */
export async function request(
  session: BoshSession,
  iq: Iq,
  signal: Signal,
  asked: Asked,
  answered: () => void = () => {},
): Promise<Element> {
  const answer = await askIq(session, iq, signal)
  answered()
  const error = stanzaErrorOf(answer)
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

/**
 * Returns the error for a sign-up that was sent. Openfire answers nothing when it refuses one, for example a closed
 * registration, so the deadline is what ends the wait.
 */
export function signUpError(reason: unknown): unknown {
  if (!XmppBoshError.is(reason) || reason.code !== 'ERR_XMPP_TIMEOUT') return reason
  const message = `${reason.message} (the server did not answer the sign-up: it may have refused it, or made the account)`
  return new XmppBoshError(reason.code, message, { cause: reason.cause })
}
