import { featuresIn } from '../bosh/reply'
import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import { isRefusal } from '../errors/statuses'
import { chooseMechanism, startExchange } from '../sasl'
import type { Mechanism } from '../sasl/mechanism-names'
import type { Signal } from '../time/light-signal'
import type { Element } from '../xml/read'
import { assertIdentity, bindResource, demandsSession } from './bind'
import { plainSpellings } from './credentials'
import { offeredChannelBindings, offeredMechanisms, printableMechanisms } from './offer'
import type { LoginPlan } from './plan'
import { exchangeSasl, isByEmptyReply } from './sasl-exchange'

/** Outcome of a login. */
export interface LoggedIn {
  /** SASL mechanism with which the password was proved */
  readonly mechanism: Mechanism
  /** full JID that the server bound; `undefined` if none was bound */
  readonly bound: string | undefined
  /** the server answers stanzas only after `establishSession` */
  readonly demandsSession: boolean
}

/**
 * Logs in on a new session: SASL (RFC 6120 §6), then stream restart and resource binding (§7). Returns only with proof of
 * the account, and throws in every other case.
 *
 * @param features `<stream:features/>` of the new stream
 * @throws {XmppBoshError} a refusal, or `ERR_XMPP_*`
 */
export async function login(
  session: BoshSession,
  features: Element,
  plan: LoginPlan,
  signal: Signal,
): Promise<LoggedIn> {
  const offered = offeredMechanisms(features)
  const mechanism = chooseMechanism(plan.mechanisms, offered)
  if (mechanism === undefined) throw noMechanism(offered, plan.mechanisms)
  plan.timing.asks(mechanism === 'PLAIN' ? 1 : 2, plan.bind ? 2 : 0)
  await prove(session, mechanism, { offered, channelBindings: offeredChannelBindings(features) }, plan, signal)
  if (!plan.bind) {
    plan.timing.proves()
    return { mechanism, bound: undefined, demandsSession: false }
  }
  const offer = await plan.timing.exchange(session.restart(featuresIn, signal))
  session.took(offer)
  const bound = await plan.timing.exchange(bindResource(session, signal, plan))
  assertIdentity(bound, plan)
  plan.timing.proves()
  return { mechanism, bound, demandsSession: demandsSession(offer) }
}

async function prove(
  session: BoshSession,
  mechanism: Mechanism,
  offer: { readonly offered: readonly string[]; readonly channelBindings: readonly string[] },
  plan: LoginPlan,
  signal: Signal,
): Promise<void> {
  const { credentials, iterations, timing, minIterations, maxIterations } = plan
  const { local: username, preparedPassword } = credentials
  const derive = iterations.noting(mechanism, plan.derive)
  const { offered, channelBindings } = offer
  const start = (password: string) =>
    startExchange(mechanism, {
      offered,
      channelBindings,
      username,
      preparedPassword,
      password,
      minIterations,
      maxIterations,
      derive,
    })
  const [typed, prepared] = plainSpellings(credentials)
  const exchange = start(typed)
  try {
    await exchangeSasl(session, mechanism, exchange, timing, signal)
  } catch (reason) {
    // RFC 6120 §6.4.5: the same stream allows another try. SCRAM needs none, it hashes the prepared password.
    if (mechanism === 'PLAIN' && prepared !== undefined && isWrongPassword(reason)) {
      return provePrepared(exchangeSasl(session, mechanism, start(prepared), timing, signal), reason)
    }
    // Servers refuse an unknown name before the challenge. It waits for other derivations like a known one, and keeps its
    // slot as long: a visitor who fills all slots would tell names by the pace at which they become free.
    if (isOfAccount(reason)) {
      await exchange.withoutChallenge(iterations.of(mechanism))
      await timing.untilRefusal(signal)
    }
    throw reason
  }
}

function isWrongPassword(reason: unknown): boolean {
  return XmppBoshError.is(reason) && reason.code === 'invalid-credentials' && !isByEmptyReply(reason)
}

/** Returns true for a refusal, and for what a server says of an account without a usable key. */
function isOfAccount(reason: unknown): boolean {
  if (!XmppBoshError.is(reason)) return false
  return isRefusal(reason.code) || ['ERR_XMPP_UNAVAILABLE', 'ERR_XMPP_SERVER_PROOF'].includes(reason.code)
}

/** Awaits the second try. If the server ended the session with the first refusal, that refusal stands. */
function provePrepared(proving: Promise<void>, refusal: unknown): Promise<void> {
  return proving.catch((reason: unknown) => {
    const hasEnded = XmppBoshError.is(reason) && ['ERR_XMPP_TERMINATED', 'ERR_XMPP_HTTP'].includes(reason.code)
    throw hasEnded ? refusal : reason
  })
}

function noMechanism(offered: readonly string[], allowed: readonly Mechanism[]): XmppBoshError {
  const names = printableMechanisms(offered).join(', ')
  return new XmppBoshError(
    'ERR_XMPP_MECHANISM',
    names === ''
      ? 'the server offers no SASL mechanism here (Prosody offers none over http: unless `consider_bosh_secure` is set)'
      : `no common mechanism: offered ${names}; allowed ${allowed.join(', ')} (see option \`mechanisms\`; PLAIN is used only over https: or to loopback, unless \`mechanisms\` names it)`,
  )
}
