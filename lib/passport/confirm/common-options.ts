import type { Confirmations } from '../../confirm/confirmations'
import type { StrategyRequest } from '../visitor'
import type { ConfirmMessages } from './outcome'

/**
 * Part of a request that a {@link ConfirmStrategy} uses. Koa's `ctx` has all of it, for `waiting` and `cancel`.
 *
 * @example
 * ```ts
 * import type { ConfirmRequest } from 'passport-xmpp-bosh'
 *
 * export const hasSession = ({ session }: ConfirmRequest) => typeof session === 'object' && session !== null
 * ```
 */
export interface ConfirmRequest extends StrategyRequest {
  /** GET finishes a sign-in, and POST starts one */
  method?: string | undefined
  /** session of the visitor: the strategy keeps the id of the started request in it, and nothing else */
  session?: unknown
}

/**
 * Part of {@link Confirmations} that a strategy uses.
 *
 * @example
 * ```ts
 * import { type ConfirmationsLike, ConfirmStrategy } from 'passport-xmpp-bosh'
 *
 * // A stub for tests: no request is ever found.
 * const confirmations: ConfirmationsLike = {
 *   start: () => Promise.reject(new Error('not in this test')),
 *   waiting: async () => undefined,
 *   settled: async () => undefined,
 *   take: async () => undefined,
 *   signedIn: async () => false,
 *   cancel: async () => {},
 * }
 *
 * const strategy = new ConfirmStrategy({ confirmations })
 * ```
 */
export type ConfirmationsLike = Pick<Confirmations, 'start' | 'waiting' | 'settled' | 'take' | 'signedIn' | 'cancel'>

/**
 * Options that every {@link ConfirmStrategy} has.
 *
 * @example
 * ```ts
 * import type { Request } from 'express'
 * import type { CommonConfirmStrategyOptions } from 'passport-xmpp-bosh'
 *
 * export const common: CommonConfirmStrategyOptions<Request> = {
 *   waitUrl: '/login/xmpp/wait',
 *   describe: req => `a browser at ${req.ip}`,
 *   language: req => req.acceptsLanguages('en', 'de') || undefined,
 * }
 * ```
 */
export interface CommonConfirmStrategyOptions<Req = ConfirmRequest> {
  /**
   * Path or URL of the page that waits for the answer. A started request is redirected there, and so is one that is
   * finished before it is answered.
   *
   * @default '/login/xmpp/wait'
   */
  waitUrl?: string
  /**
   * Function that tells from where the visitor signs in, for the chat message: one line, such as `Firefox on Linux,
   * 203.0.113.7`. Never the raw `User-Agent`: its text is the visitor's.
   *
   * @default the address of the visitor
   */
  describe?: (req: Req) => string | undefined
  /**
   * true: a client that knows XEP-0070 shows a dialog, too. A dialog is one click, so let a function return true where the
   * browser is known: one that signed in as this JID before. The function gets the prepared JID.
   *
   * @default false
   */
  dialog?: boolean | ((req: Req, jid: string) => boolean | Promise<boolean>)
  /**
   * Function that returns the language of the chat messages, such as `de`.
   *
   * @default English
   */
  language?: (req: Req) => string | undefined
  /**
   * Name of the field in `req.body` that holds the JID. `user[jid]` names a nested field.
   *
   * @default 'jid'
   */
  field?: string
  /**
   * Function that returns the JID to ask, in place of the field: for a second factor, the JID of the user whose password
   * was right.
   *
   * @default reads `field` of `req.body`
   */
  jidLookup?: (req: Req) => string | undefined | Promise<string | undefined>
  /**
   * Key in `req.session` for the id of the started request.
   *
   * @default 'xmpp-confirm'
   */
  sessionKey?: string
  /**
   * Name of the strategy for `passport.authenticate`.
   *
   * @default 'xmpp-confirm'
   */
  name?: string
  /**
   * Texts for the visitor, in place of the default ones.
   *
   * @default English texts, see {@link ConfirmMessages}
   */
  messages?: Partial<ConfirmMessages>
  /**
   * true: an outage is a failure with status 503, so that `failureRedirect` applies. false: it goes to the app's error
   * handler.
   *
   * @default false
   */
  handleErrorsAsFailures?: boolean
}

/**
 * Options of one call of `passport.authenticate('xmpp-confirm', options)`, in addition to Passport's own.
 *
 * @example
 * ```ts
 * import type { AuthenticateOptions } from 'passport'
 * import type { ConfirmAuthenticateOptions } from 'passport-xmpp-bosh'
 *
 * // Finishes at a POST, for an app whose pages send a CSRF token with everything that changes a session.
 * export const finish: AuthenticateOptions & ConfirmAuthenticateOptions = { step: 'finish', failureRedirect: '/login' }
 * ```
 */
export interface ConfirmAuthenticateOptions {
  /**
   * Step of the sign-in.
   *
   * @default 'finish' for GET and HEAD, and 'start' for other methods
   */
  step?: 'start' | 'finish'
  /**
   * Texts for the visitor, each in place of that of the strategy.
   *
   * @default the `messages` of the strategy
   */
  messages?: Partial<ConfirmMessages>
}
