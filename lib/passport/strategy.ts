import PassportStrategy from 'passport-strategy'
import type { Account } from '../login/authenticator'
import type { Mechanism } from '../sasl/mechanism-names'
import { messagesOf, outcomeOf } from './outcome'
import { profileOf } from './profile'
import type {
  ConnectedStrategyOptions,
  StrategyOptions,
  StrategyOptionsWithRequest,
  StrategyRequest,
  XmppAuthenticateOptions,
} from './strategy-options'
import { assertMessages, type StrategySettings, strategySettingsOf } from './strategy-settings'
import { objectOf, type Verify, type VerifyWithRequest, verdictOf } from './verify'
import { presenceOf } from './visitor'

/** What `req.authInfo` holds after a login, beside what `verify` gave. */
export interface AuthInfo {
  /** what the password was proved with */
  mechanism: Mechanism
}

/** What a verdict is delivered by. */
type Delivery =
  | { action: 'success'; user: object; info: object }
  | { action: 'fail'; info: object; status: number }
  | { action: 'error'; error: unknown }

// Passport adds the actions to the strategy itself, or to an object whose prototype it is.
const Base: new () => object = PassportStrategy

/** @inline */
type NoProfile = {
  /** a profile is no request: a `verify` that leaves the request out is a mistake with `passReqToCallback` */
  readonly provider?: never
}

/**
 * Signs visitors in with their XMPP account.
 *
 * Answers every request once: `success` only with proof (see {@link Authenticator}), `fail` when the visitor or the
 * account is refused, `error` when the server, the network or the configuration is at fault.
 */
export class Strategy<Req extends object & NoProfile = StrategyRequest> extends Base {
  /** Under which `passport.use` knows it: option `name`. */
  readonly name: string
  /** @internal Not #private: Passport calls `authenticate` on an object that only has this one as its prototype. */
  readonly _settings: StrategySettings<Req>

  /** Passport's, for one request: who signed in. */
  declare success: (user: object, info?: object) => void
  /** Passport's, for one request: why not; `status` is the HTTP status. */
  declare fail: (info: object, status?: number) => void
  /** Passport's, for one request: for the app's error handler. */
  declare error: (error: unknown) => void

  // The first two say nothing new; without them the compiler takes `{ ...options, mechanisms: ['PLAIN'] }` for strings.
  /** @throws {TypeError} that names the option */
  constructor(options: ConnectedStrategyOptions<Req> & { passReqToCallback?: false }, verify?: Verify)
  constructor(options: ConnectedStrategyOptions<Req> & { passReqToCallback: true }, verify?: VerifyWithRequest<Req>)
  constructor(options: StrategyOptions<Req>, verify?: Verify)
  constructor(options: StrategyOptionsWithRequest<Req>, verify?: VerifyWithRequest<Req>)
  constructor(
    options: StrategyOptions<Req> | StrategyOptionsWithRequest<Req>,
    verify?: Verify | VerifyWithRequest<Req>,
  ) {
    super()
    this._settings = strategySettingsOf(options, verify)
    this.name = options.name ?? 'xmpp-bosh'
  }

  /** Called by Passport. */
  authenticate(req: Req, options?: object): void {
    // Now, not later: an un-named strategy is shared, and the next request replaces the actions.
    const success = this.success.bind(this)
    const fail = this.fail.bind(this)
    const error = this.error.bind(this)
    void decide(this._settings, req, options).then(delivery =>
      // Out of reach of any `catch` here: `success` runs the rest of the app, whose errors are not ours.
      queueMicrotask(() => {
        if (delivery.action === 'success') success(delivery.user, delivery.info)
        else if (delivery.action === 'fail') fail(delivery.info, delivery.status)
        else error(delivery.error)
      }),
    )
  }

  /** Ends what the strategy opened; an `authenticator` that was handed in is left alone. */
  async close(): Promise<void> {
    await this._settings.own?.close()
  }
}

async function decide<Req extends object>(
  settings: StrategySettings<Req>,
  req: Req,
  options: object | undefined,
): Promise<Delivery> {
  const perCall = (options as XmppAuthenticateOptions | undefined)?.messages
  try {
    assertMessages(perCall)
    return await verified(settings, req, await authenticateVisitor(settings, req))
  } catch (reason) {
    return outcomeOf(reason, messagesOf(settings.messages, perCall), settings.handleErrorsAsFailures)
  }
}

async function verified<Req extends object>(
  settings: StrategySettings<Req>,
  req: Req,
  account: Account,
): Promise<Delivery> {
  try {
    const { user, info } = await verdictOf(settings.verify, req, Object.freeze(profileOf(account)))
    if (user) return { action: 'success', user, info: { ...objectOf(info), mechanism: account.mechanism } }
    return { action: 'fail', info: objectOf(info), status: 401 }
  } catch (reason) {
    // As it is, whatever it is; but a falsy one would tell Passport that there is no error.
    return { action: 'error', error: reason || new Error('`verify` was rejected without a reason') }
  }
}

async function authenticateVisitor<Req extends object>(settings: StrategySettings<Req>, req: Req): Promise<Account> {
  // Awaited, although the types want none of them to be a promise: JavaScript asks no types.
  const { username, password } = (await settings.lookup(req)) ?? {}
  const authenticator = await settings.authenticatorFor(req)
  // `undefined` from the app is no address either, and must not pass for "none wanted".
  const clientIp = settings.forwardClientIp && ((await settings.forwardClientIp(req)) ?? '')
  const { signal, release } = presenceOf((req as StrategyRequest).socket)
  try {
    return await authenticator.authenticate(
      { username: username as string, password: password as string },
      { signal, ...(clientIp !== undefined && { clientIp }) },
    )
  } finally {
    release()
  }
}
