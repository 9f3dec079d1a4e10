import { SERVICE_ACCOUNT } from '../../diagnostics/channels'
import type { ServiceAccountMessage } from '../../diagnostics/messages'
import { XmppBoshError } from '../../errors/error'
import { ServiceAccount } from '../../service-account/service-account'
import type { Internals } from '../../sessions/bounded-sessions'
import { TimeoutSignal } from '../../time/combined-signals'
import { untilAborted } from '../../time/wait'
import type { CheckContext } from '../check-context'
import { loginAdvice } from '../checks/login'
import { type Finding, ok, wrong } from '../finding'
import { ACCOUNT_MS, OTHER_SERVER_MS } from '../limits'
import type { Software } from '../software'
import type { AccountQuestion } from '../target'

/** Service account that is online, or the finding that says why it is not. */
export type Online =
  | { readonly account: ServiceAccount; readonly finding: Finding }
  | { readonly account?: undefined; readonly finding: Finding }

/** Logs the service account in as the app does. The caller closes it. */
export async function goOnline(
  { target, clock }: CheckContext,
  { username, password }: AccountQuestion,
  software: Software,
  internals: Internals,
): Promise<Online> {
  const { service, domain, mechanisms, tls } = target.options
  let account: ServiceAccount | undefined
  const late = () => new XmppBoshError('ERR_XMPP_TIMEOUT', `the account was not online within ${ACCOUNT_MS} ms`)
  const bound = new TimeoutSignal(clock, ACCOUNT_MS, late)
  try {
    const more = { ...(mechanisms && { mechanisms }), ...(tls && { tls }) }
    const options = { service, domain, username, password, timeout: OTHER_SERVER_MS, allowInsecure: true, ...more }
    const failure = firstFailure()
    try {
      account = new ServiceAccount(options, internals)
      await untilAborted(Promise.race([account.ready(bound), failure.happens]), bound)
    } finally {
      failure.release()
    }
    return { account, finding: ok('account', `${account.jid} is online`) }
  } catch (error) {
    await account?.close()
    return { finding: notOnline(error, software) }
  } finally {
    bound.release()
  }
}

/** Rejects with the first failure of a login: the account itself would try again. */
function firstFailure(): { readonly happens: Promise<never>; release(): void } {
  let release = () => {}
  const happens = new Promise<never>((_, reject) => {
    const hear = (message: unknown) => {
      const { error } = message as ServiceAccountMessage
      if (error !== undefined) reject(error)
    }
    SERVICE_ACCOUNT.subscribe(hear)
    release = () => void SERVICE_ACCOUNT.unsubscribe(hear)
  })
  happens.catch(() => {})
  return { happens, release: () => release() }
}

function notOnline(error: unknown, software: Software): Finding {
  // An option that names no account.
  if (error instanceof TypeError) return wrong('account', error.message, 'Give --account the JID of an account.')
  if (!XmppBoshError.is(error)) throw error
  const reason = XmppBoshError.is(error.cause) ? error.cause : error
  return wrong('account', reason.message, loginAdvice(reason, software))
}
