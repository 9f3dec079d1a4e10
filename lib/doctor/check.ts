import { XmppBoshError } from '../errors/error'
import type { Internals } from '../sessions/bounded-sessions'
import { systemClock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import { connectionFindings } from './checks/connection'
import { loginFinding } from './checks/login'
import { mechanismFindings } from './checks/mechanisms'
import { signUpFindings } from './checks/sign-up'
import { versionFinding } from './checks/version'
import { visitorAddressFinding } from './checks/visitor-address'
import { CHECKS, type Finding, skipped } from './finding'
import { close, type Instruments, instrumentsFor } from './instruments'
import { CHECK_MS } from './limits'
import { softwareOf } from './software'
import { type Question, targetOf } from './target'

/**
 * Looks at a BOSH server from outside: one finding for every check, in the order of {@link CHECKS}, within
 * {@link CHECK_MS} and the few seconds of the last terminates. A password is sent only if there is one, and not where it
 * could be read.
 */
export async function check(question: Question, internals: Internals = {}): Promise<Finding[]> {
  const { findings, target } = targetOf(question)
  if (target === undefined) return complete(findings)
  const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `the time for all checks is over (${CHECK_MS} ms)`)
  const signal = new TimeoutSignal(internals.clock ?? systemClock, CHECK_MS, late)
  const instruments = instrumentsFor(target, signal, internals)
  try {
    return complete([...findings, ...(await serverFindings(instruments, question))])
  } finally {
    signal.release()
    await close(instruments)
  }
}

async function serverFindings(instruments: Instruments, { credentials }: Question): Promise<Finding[]> {
  const { findings, features } = await connectionFindings(instruments)
  if (features === undefined) return findings
  const software = softwareOf(instruments.transport.created)
  const mechanisms = mechanismFindings(features, instruments.target, software)
  const signUp = await signUpFindings(instruments)
  const { finding: login, reported } = await loginFinding(instruments, credentials)
  const version = versionFinding({ software, reported, challenge: signUp.challenge, asked: login.status === 'ok' })
  const visitorAddress = await visitorAddressFinding(instruments, software, signUp.captcha)
  return [...findings, ...mechanisms, ...signUp.findings, login, version, visitorAddress]
}

function complete(findings: readonly Finding[]): Finding[] {
  return CHECKS.map(
    id => findings.find(finding => finding.id === id) ?? skipped(id, 'not looked at, because of what is wrong above'),
  )
}
