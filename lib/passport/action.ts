import type { Account } from '../login/account'
import { messagesOf, outcomeOf } from './outcome'
import { profileOf } from './profile'
import type { XmppAuthenticateOptions } from './strategy-options'
import { assertMessages, type StrategySettings } from './strategy-settings'
import { objectOf, type VerifyWithRequest, verdictOf } from './verify'
import { type StrategyRequest, visitorAddress, watchVisitor } from './visitor'

/** Call of one of Passport's actions that ends a request. */
export type Action =
  | { action: 'success'; user: object; info: object }
  | { action: 'fail'; info: object; status: number }
  | { action: 'redirect'; url: string; status: number }
  | { action: 'error'; error: unknown }

/** Logs the visitor of a request in, asks `verify`, and returns the action to call. Never rejects. */
export async function actionFor<Req extends object>(
  settings: StrategySettings<Req>,
  req: Req,
  options: object | undefined,
): Promise<Action> {
  let messages: XmppAuthenticateOptions['messages']
  try {
    messages = (options as XmppAuthenticateOptions | undefined)?.messages
    assertMessages(messages)
    const account = await authenticateVisitor(settings, req, options)
    return await actionOfVerify(settings.verify, req, account, { mechanism: account.mechanism })
  } catch (reason) {
    try {
      return outcomeOf(reason, messagesOf(settings.messages, messages), settings.handleErrorsAsFailures)
    } catch {
      // A getter or a proxy of the app's threw.
      return { action: 'error', error: reason }
    }
  }
}

/** Asks `verify` about an account that is proved. `proof` tells how, in the `info` of a success. Never rejects. */
export async function actionOfVerify<Req>(
  verify: VerifyWithRequest<Req>,
  req: Req,
  account: Pick<Account, 'username' | 'domain' | 'vcard' | 'roles'>,
  proof: object,
): Promise<Action> {
  try {
    const { user, info } = await verdictOf(verify, req, Object.freeze(profileOf(account)))
    if (user) return { action: 'success', user, info: { ...objectOf(info), ...proof } }
    return { action: 'fail', info: objectOf(info), status: 401 }
  } catch (reason) {
    return { action: 'error', error: reason }
  }
}

async function authenticateVisitor<Req extends object>(
  settings: StrategySettings<Req>,
  req: Req,
  options: object | undefined,
): Promise<Account> {
  // Awaited although the types allow no promise: an app in JavaScript may return one.
  const { username, password } = (await settings.lookup(req, (options ?? {}) as Record<string, unknown>)) ?? {}
  const authenticator = await settings.authenticatorFor(req)
  // If the app returns no address, '' is sent on and refused: the login must not continue without the address.
  const clientIp = settings.forwardClientIp && ((await settings.forwardClientIp(req)) ?? '')
  const key = clientIp ?? visitorAddress(req)
  const { signal, release } = watchVisitor((req as StrategyRequest).socket)
  try {
    return await authenticator.authenticate(
      { username: username as string, password: password as string },
      { signal, ...(clientIp !== undefined && { clientIp }), ...(key !== undefined && { key }) },
    )
  } finally {
    release()
  }
}
