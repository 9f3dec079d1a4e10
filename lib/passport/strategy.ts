import PassportStrategy from 'passport-strategy'
import { messagesOf, outcomeOf } from '../errors/conditions'
import { VERIFY_DONE_MS } from '../limits'
import type { Account } from '../login/authenticator'
import type { Mechanism } from '../options/authenticator-options'
import type { AbortSignalLike } from '../time/light-signal'
import { Ending } from '../time/light-signal'
import { type Profile, profileOf } from './profile'
import {
  assertMessages,
  type ConnectedStrategyOptions,
  type StrategyOptions,
  type StrategyOptionsWithRequest,
  type StrategyRequest,
  type StrategySettings,
  strategySettingsOf,
  type Verify,
  type VerifyWithRequest,
  type XmppAuthenticateOptions,
} from './strategy-options'

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
    const { user, info } = await verdictOf(settings, req, Object.freeze(profileOf(account)))
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

interface SocketLike {
  readonly destroyed?: boolean
  on(event: 'close', listener: () => void): unknown
  removeListener(event: 'close', listener: () => void): unknown
}

// The socket, not the request: a request "closes" as soon as its body is parsed.
function presenceOf(socket: object | undefined): { signal: AbortSignalLike; release: () => void } {
  const visitor = new Ending()
  const leave = () => visitor.abort()
  const watched = socket as Partial<SocketLike> | undefined
  if (watched?.destroyed) leave()
  watched?.on?.('close', leave)
  return { signal: visitor, release: () => watched?.removeListener?.('close', leave) }
}

const NO_ANSWER =
  '`verify` resolved to undefined, and did not call `done`: resolve to a user, or to false or null for nobody'

interface Verdict {
  user: object | false | null | undefined
  info: object | string | undefined
}

function verdictOf<Req>({ verify }: StrategySettings<Req>, req: Req, profile: Profile): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    let isDone = false
    let patience: ReturnType<typeof setTimeout> | undefined
    const returned: unknown = verify(req, profile, (error, user, info) => {
      isDone = true
      clearTimeout(patience)
      if (error) reject(error)
      else resolve({ user, info })
    })
    if (typeof (returned as PromiseLike<unknown> | undefined)?.then !== 'function') return
    const answered = (user: unknown) => {
      if (user !== undefined) resolve({ user: user as Verdict['user'], info: undefined })
      // A promise of nothing is that of a function that answers by `done`, or of one that found nobody and forgot to say so.
      else if (!isDone) patience = setTimeout(() => reject(new Error(NO_ANSWER)), VERIFY_DONE_MS)
    }
    ;(returned as PromiseLike<unknown>).then(answered, reject)
  })
}

// Passport makes a response header of a string.
function objectOf(info: object | string | undefined): object {
  if (typeof info === 'string') return { message: info }
  return typeof info === 'object' && info !== null ? info : {}
}
