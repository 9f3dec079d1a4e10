import type { BoshSession } from '../../bosh/session'
import { XmppBoshError } from '../../errors/error'
import type { XmppBoshErrorCode } from '../../errors/statuses'
import type { Signal } from '../../time/light-signal'
import { adviceFor } from '../advice'
import type { CheckContext } from '../check-context'
import { withinDeadline } from '../deadline'
import { type Finding, ok, skipped, wrong } from '../finding'
import { askVersion, type ReportedVersion } from '../reported-version'
import { settingFor } from '../settings'
import type { Software } from '../software'
import type { Typed } from '../target'

/** Returns the change that makes a login succeed. */
export function loginAdvice(error: XmppBoshError, software: Software): string {
  return refusals(software)[error.code] ?? adviceFor(error, software).advice
}

const refusals = (software: Software): Partial<Readonly<Record<XmppBoshErrorCode, string>>> => ({
  'invalid-credentials':
    'User name or password is wrong, or the account lacks a key for this mechanism (see several-hashes).',
  'account-disabled': `The account is disabled on the server${settingFor('enable the account', software)}.`,
  'credentials-expired': 'The account needs a new password.',
  'not-allowed': `The password is right, but the server's access rule refuses the account${settingFor('allow the account', software)}.`,
  'missing-credentials': 'Give a user name and a password.',
  'malformed-credentials': 'Give a user name and a password that a person could have typed.',
  ERR_XMPP_MECHANISM: 'See mechanisms and common-mechanism.',
  ERR_XMPP_SERVER_PROOF:
    'The server did not prove that it knows the password, or sent an iteration count, nonce or offer that is not allowed. An attacker may be between the app and the server, or the accounts of the server may be damaged.',
  ERR_XMPP_IDENTITY: 'The server names an account other than the one that logged in: do not trust it.',
})

/** Logs in as the app would, and asks for the server's version, which it tells after a login only. */
export async function loginFinding(
  { target, authenticator, signal }: CheckContext,
  credentials: Typed | undefined,
  software: Software,
): Promise<{ finding: Finding; reported?: ReportedVersion | undefined }> {
  if (credentials === undefined) return { finding: skipped('login', 'not tried: pass --username to log in') }
  if (!target.maySendPassword) return { finding: skipped('login', 'no password is sent over http: to another host') }
  const ask = async ({ mechanism }: { mechanism: string }, session: BoshSession, all: Signal) => ({
    finding: ok('login', `logged in with ${mechanism}`),
    reported: await askVersion(session, target.settings.domain, all),
  })
  try {
    return await withinDeadline(signal, authenticator.authenticated(credentials, { signal }, ask))
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return { finding: wrong('login', error.message, loginAdvice(error, software)) }
  }
}
