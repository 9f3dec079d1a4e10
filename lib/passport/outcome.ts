import { XmppBoshError } from '../errors/error'
import { type FaultCode, isRefusal, type RefusalCode, type XmppBoshErrorCode } from '../errors/statuses'
import type { Mechanism } from '../sasl/mechanism-names'

/**
 * Texts for the visitor, one for each kind of failure. The defaults tell an attacker nothing about accounts.
 *
 * @example
 * ```ts
 * import { type Messages, Strategy } from 'passport-xmpp-bosh'
 *
 * const messages: Partial<Messages> = {
 *   badRequest: 'Bitte Benutzernamen und Passwort eingeben.',
 *   invalidCredentials: 'Benutzername oder Passwort ist falsch.',
 * }
 *
 * const strategy = new Strategy({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   messages,
 * })
 * ```
 */
export interface Messages {
  /**
   * Text for status 400: `missing-credentials`, `malformed-credentials`.
   *
   * @default 'Please enter a user name and a password.'
   */
  badRequest: string
  /**
   * Text for status 401, `invalid-credentials`: the account does not exist or the password is wrong.
   *
   * @default 'Unknown user name or wrong password.'
   */
  invalidCredentials: string
  /**
   * Text for status 401, `account-disabled`. ejabberd reports a disabled account even if the password is wrong.
   *
   * @default the text of `invalidCredentials`
   */
  accountDisabled: string
  /**
   * Text for status 401, `credentials-expired`.
   *
   * @default the text of `invalidCredentials`
   */
  credentialsExpired: string
  /**
   * Text for status 403, `not-allowed`.
   *
   * @default the text of `invalidCredentials`
   */
  notAllowed: string
  /**
   * Text for status 403, `role-required`: the password was right, and the account does not have the role of option
   * `requireRole`.
   *
   * @default 'This account has no access here.'
   */
  roleRequired: string
  /**
   * Text for status 503, an outage, with option `handleErrorsAsFailures`.
   *
   * @default 'Signing in is not possible at the moment. Please try again later.'
   */
  unavailable: string
}

/** Merges texts, later ones over earlier ones, and fills in the defaults. */
export function messagesOf(...given: readonly (Partial<Messages> | undefined)[]): Messages {
  const texts: Partial<Messages> = Object.assign({}, ...given.map(definedIn))
  const invalidCredentials = texts.invalidCredentials ?? 'Unknown user name or wrong password.'
  return {
    badRequest: texts.badRequest ?? 'Please enter a user name and a password.',
    invalidCredentials,
    accountDisabled: texts.accountDisabled ?? invalidCredentials,
    credentialsExpired: texts.credentialsExpired ?? invalidCredentials,
    notAllowed: texts.notAllowed ?? invalidCredentials,
    roleRequired: texts.roleRequired ?? 'This account has no access here.',
    unavailable: texts.unavailable ?? 'Signing in is not possible at the moment. Please try again later.',
  }
}

// A text that is undefined is as if absent, and replaces no other.
function definedIn(texts: Partial<Messages> | undefined): Partial<Messages> {
  return Object.fromEntries(Object.entries(texts ?? {}).filter(([, text]) => text !== undefined))
}

const MESSAGE_OF: Readonly<Partial<Record<XmppBoshErrorCode, keyof Messages>> & Record<RefusalCode, keyof Messages>> = {
  'missing-credentials': 'badRequest',
  'malformed-credentials': 'badRequest',
  'invalid-credentials': 'invalidCredentials',
  'account-disabled': 'accountDisabled',
  'credentials-expired': 'credentialsExpired',
  'not-allowed': 'notAllowed',
  'role-required': 'roleRequired',
}

/**
 * Object that Passport passes on as `info` if a login fails. It is never a string: Passport would put a string into a
 * response header.
 *
 * @example
 * ```ts
 * import express from 'express'
 * import passport from 'passport'
 * import { type FailureInfo, Strategy } from 'passport-xmpp-bosh'
 *
 * passport.use(new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }))
 *
 * const app = express()
 * app.use(express.urlencoded({ extended: false }))
 * app.post('/login', (req, res, next) => {
 *   const respond: passport.AuthenticateCallback = (error, user, info, status) => {
 *     if (error) return next(error)
 *     if (user) return res.json(user)
 *     const { message, code } = info as FailureInfo
 *     res.status(Number(status)).json({ message, code }) // 401, { code: 'invalid-credentials', … }
 *   }
 *   passport.authenticate('xmpp-bosh', respond)(req, res, next)
 * })
 * ```
 */
export interface FailureInfo {
  /** text for the visitor, one of {@link Messages} */
  message: string
  /** code for the app */
  code: XmppBoshErrorCode
}

/**
 * Value of `req.authInfo` after a login, together with the `info` that `verify` passed to `done`.
 *
 * @example
 * ```ts
 * import express from 'express'
 * import passport from 'passport'
 * import { type AuthInfo, Strategy } from 'passport-xmpp-bosh'
 *
 * passport.use(new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }))
 *
 * const app = express()
 * app.use(express.urlencoded({ extended: false }))
 * app.post('/login', passport.authenticate('xmpp-bosh', { session: false }), (req, res) => {
 *   const { mechanism } = req.authInfo as AuthInfo
 *   res.json({ mechanism }) // 'SCRAM-SHA-512'
 * })
 * ```
 */
export interface AuthInfo {
  /** SASL mechanism with which the server checked the password */
  mechanism: Mechanism
}

/** Passport action for a login that did not succeed. */
export type Outcome =
  | { readonly action: 'fail'; readonly info: FailureInfo; readonly status: number }
  | { readonly action: 'error'; readonly error: unknown }

/**
 * Codes of a server that does not know the password, or that names another account. This is not an outage, and the
 * operator must see it.
 */
const UNTRUSTED_SERVER: ReadonlySet<XmppBoshErrorCode> = new Set<FaultCode>([
  'ERR_XMPP_SERVER_PROOF',
  'ERR_XMPP_IDENTITY',
])

/** Returns Passport's action for the reason with which a login was rejected. */
export function outcomeOf(reason: unknown, messages: Messages, handleErrorsAsFailures = false): Outcome {
  // An error of a newer copy of this package may have a refusal code that is not in MESSAGE_OF.
  const textOf = (code: XmppBoshErrorCode) => messages[MESSAGE_OF[code] ?? 'invalidCredentials']
  return outcomeWith(reason, textOf, messages.unavailable, handleErrorsAsFailures)
}

/** Returns Passport's action for a reason, with the text of `textOf` for a refusal and `unavailable` for an outage. */
export function outcomeWith(
  reason: unknown,
  textOf: (code: XmppBoshErrorCode) => string,
  unavailable: string,
  handleErrorsAsFailures: boolean,
): Outcome {
  if (!XmppBoshError.is(reason)) return { action: 'error', error: reason }
  const { code, status } = reason
  // The brand is a symbol that any code can set.
  if (typeof code !== 'string') return { action: 'error', error: reason }
  if (isRefusal(code)) return { action: 'fail', info: { message: textOf(code), code }, status }
  // Only outages. A configuration mistake (500), a visitor that left (499) and an untrusted server stay errors.
  if (handleErrorsAsFailures && status >= 502 && !UNTRUSTED_SERVER.has(code)) {
    return { action: 'fail', info: { message: unavailable, code }, status: 503 }
  }
  return { action: 'error', error: reason }
}
