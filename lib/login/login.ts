import { featuresIn } from '../bosh/reply'
import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import { isRefusal } from '../errors/statuses'
import { chooseMechanism, startExchange } from '../sasl'
import type { Mechanism } from '../sasl/mechanism-names'
import type { Signal } from '../time/light-signal'
import type { Element } from '../xml/read'
import { assertIdentity, bindResource } from './bind'
import { offeredChannelBindings, offeredMechanisms, printableMechanisms } from './offer'
import type { LoginPlan } from './plan'
import { exchangeSasl } from './sasl-exchange'

/**
 * Logs in on a new session: SASL (RFC 6120 §6), then stream restart and resource binding (§7). It returns only with
 * proof of the account, and throws in every other case.
 *
 * @param features `<stream:features/>` of the new stream
 * @returns the SASL mechanism with which the password was proved
 * @throws {XmppBoshError} a refusal, or `ERR_XMPP_*`
 */
export async function login(
  session: BoshSession,
  features: Element,
  plan: LoginPlan,
  signal: Signal,
): Promise<Mechanism> {
  const offered = offeredMechanisms(features)
  const mechanism = chooseMechanism(plan.mechanisms, offered)
  if (mechanism === undefined) throw noMechanism(offered, plan.mechanisms)
  const { timing, iterations } = plan
  const { local, password, preparedPassword } = plan.credentials
  const exchange = startExchange(mechanism, {
    username: local,
    password,
    preparedPassword,
    offered,
    channelBindings: offeredChannelBindings(features),
    minIterations: plan.minIterations,
    maxIterations: plan.maxIterations,
    derive: iterations.noting(mechanism, plan.derive),
  })
  timing.asks((mechanism === 'PLAIN' ? 1 : 2) + (plan.bind ? 2 : 0))
  try {
    await exchangeSasl(session, mechanism, exchange, timing, signal)
  } catch (reason) {
    // Servers refuse an unknown name before the challenge. It waits for other derivations like a known one.
    if (XmppBoshError.is(reason) && isRefusal(reason.code)) await exchange.withoutChallenge(iterations.of(mechanism))
    throw reason
  }
  if (plan.bind) {
    await timing.exchange(session.restart(featuresIn, signal))
    assertIdentity(await timing.exchange(bindResource(session, signal, plan)), plan)
  }
  timing.proves()
  return mechanism
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
