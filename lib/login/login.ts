import { featuresIn } from '../bosh/reply'
import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import { chooseMechanism, startExchange } from '../sasl'
import type { Mechanism } from '../sasl/mechanism-names'
import type { Signal } from '../time/light-signal'
import type { Element } from '../xml/read'
import { assertIdentity, bindResource } from './bind'
import { plainSpellings } from './credentials'
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
  const { local, preparedPassword } = plan.credentials
  const context = {
    username: local,
    preparedPassword,
    offered,
    channelBindings: offeredChannelBindings(features),
    minIterations: plan.minIterations,
    maxIterations: plan.maxIterations,
    derive: plan.derive,
  }
  const prove = (password: string) =>
    exchangeSasl(session, mechanism, startExchange(mechanism, { ...context, password }), signal)
  const [typed, ...others] = plainSpellings(plan.credentials)
  await prove(typed).catch((reason: unknown) => {
    const [prepared] = others
    // RFC 6120 §6.4.5: the same stream allows another try. SCRAM needs none, it hashes the prepared password.
    if (mechanism !== 'PLAIN' || prepared === undefined || !isWrongPassword(reason)) throw reason
    return provePrepared(prove(prepared), reason)
  })
  if (plan.bind) {
    await session.restart(featuresIn, signal)
    assertIdentity(await bindResource(session, signal, plan), plan)
  }
  return mechanism
}

function isWrongPassword(reason: unknown): boolean {
  return XmppBoshError.is(reason) && reason.code === 'invalid-credentials'
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
