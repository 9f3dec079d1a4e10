import { XmppBoshError } from '../errors/error'
import type { Internals } from '../sessions/bounded-sessions'
import { systemClock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import { accountFindings } from './account/findings'
import { type CheckContext, closeCheckContext, createCheckContext, seenSoftware } from './check-context'
import { connectionFindings } from './checks/connection'
import { loginFinding } from './checks/login'
import { mechanismFindings } from './checks/mechanisms'
import { signUpFindings } from './checks/sign-up'
import { twoSessionsFinding } from './checks/two-sessions'
import { versionFinding } from './checks/version'
import { visitorAddressFinding } from './checks/visitor-address'
import { CHECKS, type Finding, skipped } from './finding'
import { CHECK_MS } from './limits'
import { headerVersion } from './reported-version'
import { roleFindings } from './roles/findings'
import { knownSoftware, type Software } from './software'
import { type CheckOptions, targetOf } from './target'

/**
 * Checks a BOSH server from outside. It returns one finding for each of {@link CHECKS}, in that order, within
 * {@link CHECK_MS} and the few seconds that the last terminates take; those of a service account and of roles come on top, each
 * with a bound of its own. It sends a password only if the options hold one and the target may get one.
 */
export async function check(options: CheckOptions, internals: Internals = {}): Promise<Finding[]> {
  const { findings, target } = targetOf(options)
  if (target === undefined) return complete(findings)
  const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `the checks did not finish within ${CHECK_MS} ms`)
  const signal = new TimeoutSignal(internals.clock ?? systemClock, CHECK_MS, late)
  const context = createCheckContext(target, signal, internals)
  try {
    const server = await serverFindings(context, options)
    if (server.software === null) return complete([...findings, ...server.findings])
    const account = await accountFindings(context, options, server.software, internals)
    const roles = await roleFindings(context, options, server.software)
    return complete([...findings, ...server.findings, ...account, ...roles])
  } finally {
    signal.release()
    await closeCheckContext(context)
  }
}

/** Returns what is found out about the server, and its software; `null` if BOSH does not work. */
async function serverFindings(
  context: CheckContext,
  { credentials }: CheckOptions,
): Promise<{ readonly findings: readonly Finding[]; readonly software: Software | null }> {
  const { findings, features } = await connectionFindings(context)
  if (features === undefined) return { findings, software: null }
  const seen = seenSoftware(context)
  const { finding: login, reported = headerVersion(context.heads.server) } = await loginFinding(
    context,
    credentials,
    seen,
  )
  const software = knownSoftware(reported?.name) ?? seen
  const mechanisms = mechanismFindings(features, context.target, software)
  const signUp = await signUpFindings(context, software)
  const hasLoggedIn = login.status === 'ok'
  const version = versionFinding({ software, reported, challenge: signUp.challenge, hasLoggedIn })
  const visitorAddress = await visitorAddressFinding(context, software, signUp.hasCaptchas)
  const twoSessions = await twoSessionsFinding(context, software)
  return {
    findings: [...findings, twoSessions, ...mechanisms, ...signUp.findings, login, version, visitorAddress],
    software,
  }
}

/** Puts the findings in the order of {@link CHECKS} and adds the checks that were not reached. */
function complete(findings: readonly Finding[]): Finding[] {
  return CHECKS.map(
    id => findings.find(finding => finding.id === id) ?? skipped(id, 'not checked, because a check above failed'),
  )
}
