import { isEmptyReply } from '../bosh/checks/empty-reply'
import { onlyChild } from '../bosh/reply'
import type { BoshSession } from '../bosh/session'
import { conditionError, SASL_FAILURES, SCRAM_ERRORS } from '../errors/conditions'
import { protocolError, XmppBoshError } from '../errors/error'
import { MAX_CHALLENGES, MAX_SASL_PAYLOAD_BYTES } from '../limits'
import type { Mechanism, SaslExchange } from '../sasl'
import { decodeBase64 } from '../sasl/base64'
import { type Signal, throwIfAborted } from '../time/light-signal'
import { conditionIn } from '../xml/condition'
import { SASL } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import type { Element } from '../xml/read'
import { textOf } from '../xml/read'
import { element } from '../xml/write'
import type { LoginTiming } from './timing/login-timing'

/**
 * Carries out a SASL exchange (RFC 6120 §6.4.2 to §6.4.6). It returns only after `<success/>` that `exchange` accepts.
 *
 * @throws {XmppBoshError} the code that SASL_FAILURES or SCRAM_ERRORS has for the refusal; ERR_XMPP_PROTOCOL;
 * ERR_XMPP_SERVER_PROOF
 */
export async function exchangeSasl(
  session: BoshSession,
  mechanism: Mechanism,
  exchange: SaslExchange,
  timing: LoginTiming,
  signal: Signal,
): Promise<void> {
  const auth = element('auth', { xmlns: SASL, mechanism }, encode(exchange.initial))
  try {
    let answer = await timing.exchange(session.ask([auth], saslElementIn, signal))
    for (let challenges = 0; answer.name === 'challenge'; challenges++) {
      if (challenges === MAX_CHALLENGES) throw protocolError('the server sends too many challenges')
      const step = await exchange.challenge(decode(answer) ?? '')
      throwIfAborted(signal)
      if ('error' in step) {
        throw conditionError(SCRAM_ERRORS, 'ERR_XMPP_PROTOCOL', step.error, 'the server refused the proof')
      }
      session.took(answer)
      // RFC 6120 §6.4.3: an empty response is an empty element
      const response = element('response', { xmlns: SASL }, ...(step.response === '' ? [] : [encode(step.response)]))
      answer = await timing.exchange(session.ask([response], saslElementIn, signal))
    }
    if (answer.name === 'failure') throw saslFailure(answer)
    exchange.success(decode(answer))
    session.took(answer)
  } catch (reason) {
    throw isEmptyReply(reason) ? refusedByEmptyReply(reason) : reason
  }
}

/** Returns the refusal for an empty reply in the exchange. The session is of no more use. */
function refusedByEmptyReply(cause: unknown): XmppBoshError {
  return new XmppBoshError(
    'invalid-credentials',
    'the server answered the login with an empty HTTP reply, as MongooseIM does if it cannot prepare the user name or the password, or if the account lacks a hash for the mechanism',
    { cause },
  )
}

/** Returns true for a refusal after which the server takes no other try on the same session. */
export function isByEmptyReply(reason: XmppBoshError): boolean {
  return isEmptyReply(reason.cause)
}

// RFC 6120 §6.4: <challenge/>, <success/> or <failure/> in the SASL namespace, as the only child of the body.
function saslElementIn(reply: readonly Element[]): Element | undefined {
  return onlyChild(reply, child => child.namespace === SASL && ['challenge', 'success', 'failure'].includes(child.name))
}

// RFC 6120 §6.5: exactly one defined condition, with an optional <text/>
function saslFailure(failure: Element): XmppBoshError {
  const condition = conditionIn(failure.children, SASL)
  return conditionError(SASL_FAILURES, 'ERR_XMPP_PROTOCOL', condition, 'the server refused the login')
}

// RFC 6120 §6.4.2 and RFC 4648 §4
function encode(payload: string): string {
  return Buffer.from(payload).toString('base64')
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

// RFC 6120 §6.4.6: "=" is a payload of zero bytes. Without a payload it returns undefined.
function decode(answer: Element): string | undefined {
  const text = asProtocolError(() => textOf(answer)).replace(/[ \t\r\n]+/g, '')
  if (text === '') return undefined
  if (text === '=') return ''
  const bytes = decodeBase64(text)
  if (bytes === undefined || bytes.length > MAX_SASL_PAYLOAD_BYTES) throw protocolError('a SASL payload is malformed')
  try {
    return utf8.decode(bytes)
  } catch {
    throw protocolError('a SASL payload is not UTF-8')
  }
}
