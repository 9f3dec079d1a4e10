import { type Account, Authenticator } from '../login/authenticator'
import type { AuthenticatorOptions } from '../options/authenticator-options'
import type { LoginContext } from '../sessions/context'
import type { Messages } from './outcome'

/** A request, as far as the strategy looks at it. Name your framework's own type as the type argument if you need more. */
export interface StrategyRequest {
  /** parsed form or JSON; the query is never read */
  body?: unknown
  /** never read; for `credentialsLookup` and `verify` */
  headers?: Readonly<Record<string, string | readonly string[] | undefined>>
  /** never read; for `forwardClientIp` */
  ip?: string | undefined
  /** its `close` means that the visitor left, and ends the login */
  socket?: object | undefined
}

/** What can stand in for an {@link Authenticator}. */
export interface AuthenticatorLike {
  /** As {@link Authenticator.authenticate}. */
  authenticate(credentials: { username: string; password: string }, context?: LoginContext): Promise<Account>
}

/** What every {@link Strategy} can be told. */
export interface CommonStrategyOptions<Req = StrategyRequest> {
  /** name in `req.body`, default `username`; `user[name]` means nesting */
  usernameField?: string
  /** name in `req.body`, default `password` */
  passwordField?: string
  /** where the credentials are, instead of the body */
  credentialsLookup?: (req: Req) =>
    | {
        /** as typed: a user name or a bare JID */
        username: string
        /** as typed */
        password: string
      }
    | undefined
  /** name under which Passport knows the strategy, default `xmpp-bosh` */
  name?: string
  /** the visitor's IP address; behind a proxy of yours `req => req.ip` with Express' `trust proxy` */
  forwardClientIp?: (req: Req) => string | undefined
  /** texts for the visitor */
  messages?: Partial<Messages>
  /** default false; true: an outage is `fail` with status 503 instead of `error` */
  handleErrorsAsFailures?: boolean
}

/** Options of a {@link Strategy} that connects by itself, the usual case. */
export type ConnectedStrategyOptions<Req = StrategyRequest> = CommonStrategyOptions<Req> &
  AuthenticatorOptions & {
    /** not together with options of an Authenticator */
    authenticator?: never
  }
/** Options of a {@link Strategy} that asks somebody else's Authenticator: none of those an Authenticator has. */
export type SharedStrategyOptions<Req = StrategyRequest> = CommonStrategyOptions<Req> & {
  /** a shared one, or one per tenant: never made from what the visitor typed */
  authenticator: AuthenticatorLike | ((req: Req) => AuthenticatorLike | Promise<AuthenticatorLike>)
} & { [option in keyof AuthenticatorOptions]?: never }
/** Options of a {@link Strategy}: those of an Authenticator or `authenticator`, and its own. */
export type StrategyOptions<Req = StrategyRequest> = (ConnectedStrategyOptions<Req> | SharedStrategyOptions<Req>) & {
  /** default false: `verify(profile, done)` */
  passReqToCallback?: false
}
/** The same, when `verify` wants the request first. */
export type StrategyOptionsWithRequest<Req = StrategyRequest> = (
  | ConnectedStrategyOptions<Req>
  | SharedStrategyOptions<Req>
) & {
  /** `verify(req, profile, done)` */
  passReqToCallback: true
}

/** Options of one `passport.authenticate('xmpp-bosh', options)`, beside Passport's own. */
export interface XmppAuthenticateOptions {
  /** instead of the strategy's */
  messages?: Partial<Messages>
}
