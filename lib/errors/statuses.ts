/** How {@link Registration} refuses, with the HTTP status that goes with it. */
const REGISTRATION_STATUS = {
  'username-taken': 409,
  'captcha-wrong': 400,
  'captcha-expired': 400,
  'weak-password': 400,
  'registration-closed': 403,
  'rate-limited': 429,
} as const

/** Every code there is, with its HTTP status. Lower case: a refusal. `ERR_XMPP_*`: an error. */
export const STATUS = {
  ...REGISTRATION_STATUS,
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
} as const

/**
 * Any `code` of an {@link XmppBoshError}.
 *
 * @useDeclaredType
 */
export type XmppBoshErrorCode = keyof typeof STATUS

/**
 * A code that says something about the visitor or the account: the strategy answers `fail`.
 *
 * @useDeclaredType
 */
export type RefusalCode = Exclude<XmppBoshErrorCode, `ERR_${string}` | RegistrationCode>

/**
 * A code that only registration has.
 *
 * @useDeclaredType
 */
export type RegistrationCode = keyof typeof REGISTRATION_STATUS

/**
 * A code that says something about the server, the network or the configuration: the strategy answers `error`.
 *
 * @useDeclaredType
 */
export type FaultCode = Extract<XmppBoshErrorCode, `ERR_${string}`>

/** @internal */
export const CODES = Object.keys(STATUS) as readonly XmppBoshErrorCode[]

/** True for the lower-case codes: what was asked was understood and refused. */
export function isRefusal(code: XmppBoshErrorCode): code is RefusalCode | RegistrationCode {
  return !code.startsWith('ERR_')
}
