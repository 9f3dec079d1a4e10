/** Codes of the refusals that only registration has, each with its HTTP status. */
const REGISTRATION_STATUS = {
  'username-taken': 409,
  'captcha-wrong': 400,
  'captcha-expired': 400,
  'weak-password': 400,
  'registration-closed': 403,
  'rate-limited': 429,
} as const

/** Codes of the refusals that only sign-ins without a password have, each with its HTTP status. */
const CONFIRM_STATUS = {
  'missing-jid': 400,
  'malformed-jid': 400,
  'domain-not-allowed': 403,
  'confirm-denied': 401,
  'confirm-expired': 401,
} as const

/** Codes of the refusals for want of a role, each with its HTTP status. */
const ROLE_STATUS = {
  'sign-in-required': 401,
  'role-required': 403,
} as const

/** Every error code with its HTTP status. Lower-case codes are refusals, `ERR_XMPP_*` codes are faults. */
export const STATUS = {
  ...REGISTRATION_STATUS,
  ...CONFIRM_STATUS,
  ...ROLE_STATUS,
  'missing-credentials': 400,
  'malformed-credentials': 400,
  'invalid-credentials': 401,
  'account-disabled': 401,
  'credentials-expired': 401,
  'not-allowed': 403,
  ERR_XMPP_UNAVAILABLE: 503,
  ERR_XMPP_BUSY: 503,
  ERR_XMPP_POLICY: 503,
  ERR_XMPP_CONNECT: 502,
  ERR_XMPP_TLS: 502,
  ERR_XMPP_HTTP: 502,
  ERR_XMPP_TIMEOUT: 504,
  ERR_XMPP_PROTOCOL: 502,
  ERR_XMPP_TOO_LARGE: 502,
  ERR_XMPP_TERMINATED: 502,
  ERR_XMPP_MECHANISM: 500,
  ERR_XMPP_SERVER_PROOF: 502,
  ERR_XMPP_IDENTITY: 502,
  ERR_XMPP_DOMAIN: 500,
  ERR_XMPP_ABORTED: 499,
  ERR_XMPP_CLIENT_IP: 500,
  ERR_XMPP_ACCOUNT: 500,
  ERR_XMPP_SESSION: 500,
} as const

/**
 * Code of an {@link XmppBoshError}: a {@link RefusalCode}, a {@link RegistrationCode}, a {@link ConfirmCode}, a
 * {@link RoleCode} or a {@link FaultCode}.
 *
 * @example
 * ```ts
 * import { type XmppBoshErrorCode, XmppBoshError } from 'passport-xmpp-bosh'
 *
 * const TEMPORARY: readonly XmppBoshErrorCode[] = ['ERR_XMPP_UNAVAILABLE', 'ERR_XMPP_BUSY', 'ERR_XMPP_TIMEOUT']
 *
 * export const isTemporary = (error: unknown) => XmppBoshError.is(error) && TEMPORARY.includes(error.code)
 * ```
 *
 * @useDeclaredType
 */
export type XmppBoshErrorCode = keyof typeof STATUS

/**
 * Code of a refused login: the cause is the visitor's input or the account, and the strategy calls `fail`.
 *
 * @example
 * ```ts
 * import type { RefusalCode } from 'passport-xmpp-bosh'
 *
 * export const HINTS: Partial<Record<RefusalCode, string>> = {
 *   'missing-credentials': 'Enter your user name and your password.',
 *   'invalid-credentials': 'Unknown user name or wrong password.',
 * }
 * ```
 *
 * @useDeclaredType
 */
export type RefusalCode = Exclude<
  XmppBoshErrorCode,
  `ERR_${string}` | RegistrationCode | ConfirmCode | 'sign-in-required'
>

/**
 * Code of a refusal that only {@link Registration} has.
 *
 * @example
 * ```ts
 * import type { RegistrationCode } from 'passport-xmpp-bosh'
 *
 * export const TEXTS: Record<RegistrationCode, string> = {
 *   'username-taken': 'This user name is taken.',
 *   'captcha-wrong': 'The digits were wrong. Here is a new picture.',
 *   'captcha-expired': 'The picture has expired. Here is a new one.',
 *   'weak-password': 'Choose a stronger password.',
 *   'registration-closed': 'Sign-up is closed.',
 *   'rate-limited': 'Too many attempts. Try again later.',
 * }
 * ```
 *
 * @useDeclaredType
 */
export type RegistrationCode = keyof typeof REGISTRATION_STATUS

/**
 * Code of a refusal that only {@link ConfirmStrategy} and {@link Confirmations} have.
 *
 * @example
 * ```ts
 * import type { ConfirmCode } from 'passport-xmpp-bosh'
 *
 * export const TEXTS: Record<ConfirmCode, string> = {
 *   'missing-jid': 'Enter your XMPP address.',
 *   'malformed-jid': 'This is not an XMPP address.',
 *   'domain-not-allowed': 'This address cannot be used here.',
 *   'confirm-denied': 'You declined the sign-in.',
 *   'confirm-expired': 'The time is over. Start again.',
 * }
 * ```
 *
 * @useDeclaredType
 */
export type ConfirmCode = keyof typeof CONFIRM_STATUS

/**
 * Code of a refusal for want of a role: of {@link requireRole}, and `role-required` of a login as well.
 *
 * @example
 * ```ts
 * import type { RoleCode } from 'passport-xmpp-bosh'
 *
 * export const TEXTS: Record<RoleCode, string> = {
 *   'sign-in-required': 'Sign in first.',
 *   'role-required': 'This account has no access here.',
 * }
 * ```
 *
 * @useDeclaredType
 */
export type RoleCode = keyof typeof ROLE_STATUS

/**
 * Code of a fault: the cause is the server, the network or the configuration, and the strategy calls `error`.
 *
 * @example
 * ```ts
 * import type { FaultCode } from 'passport-xmpp-bosh'
 *
 * // A server that lies about itself: alert the operator.
 * export const ALERTS: readonly FaultCode[] = ['ERR_XMPP_SERVER_PROOF', 'ERR_XMPP_IDENTITY']
 * ```
 *
 * @useDeclaredType
 */
export type FaultCode = Extract<XmppBoshErrorCode, `ERR_${string}`>

/**
 * List of all codes.
 *
 * @internal
 */
export const CODES = Object.keys(STATUS) as readonly XmppBoshErrorCode[]

/** Returns true for a lower-case code: the request was understood and refused. */
export function isRefusal(code: XmppBoshErrorCode): code is RefusalCode | RegistrationCode | ConfirmCode | RoleCode {
  return !code.startsWith('ERR_')
}
