import { featuresIn } from '../bosh/reply'
import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import type { Mechanism } from '../sasl'
import { chooseMechanism, startExchange } from '../sasl'
import type { Signal } from '../time/light-signal'
import type { Element } from '../xml/read'
import { assertIdentity, bindResource } from './bind'
import { offeredChannelBindings, offeredMechanisms, printableMechanisms } from './offer'
import type { LoginPlan } from './plan'
import { exchangeSasl } from './sasl-exchange'

/**
 * From the features of a new stream to the proof of who this is: SASL, then restart and bind. Returning is the only
 * "yes"; everything that is not proof is thrown.
 *
 * @returns the mechanism the password was proved with
 * @throws {XmppBoshError}
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
  const { local, password, preparedPassword } = plan.credentials
  const exchange = startExchange(mechanism, {
    username: local,
    password,
    preparedPassword,
    offered,
    channelBindings: offeredChannelBindings(features),
    minIterations: plan.minIterations,
    maxIterations: plan.maxIterations,
    derive: plan.derive,
  })
  await exchangeSasl(session, mechanism, exchange, signal)
  if (plan.bind) {
    await session.restart(featuresIn, signal)
    assertIdentity(await bindResource(session, signal, plan), plan)
  }
  return mechanism
}

function noMechanism(offered: readonly string[], allowed: readonly Mechanism[]): XmppBoshError {
  const names = printableMechanisms(offered).join(', ')
  return new XmppBoshError(
    'ERR_XMPP_MECHANISM',
    names === ''
      ? 'the server offers no SASL mechanism here (Prosody offers none over plain http: unless `consider_bosh_secure` is set)'
      : `no common mechanism: offered ${names}; allowed ${allowed.join(', ')} (option \`mechanisms\`; PLAIN only over https: or to loopback)`,
  )
}
