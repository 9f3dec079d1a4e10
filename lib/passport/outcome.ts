import { XmppBoshError } from '../errors/error'
import { type FaultCode, isRefusal, type RefusalCode, type XmppBoshErrorCode } from '../errors/statuses'

/** Texts for the visitor. They tell nothing that an attacker could use. */
export interface Messages {
  /** 400 */
  badRequest: string
  /** 401 */
  invalidCredentials: string
  /** 401 `account-disabled`; by default the text of `invalidCredentials`: ejabberd says it even to a wrong password */
  accountDisabled: string
  /** 401 `credentials-expired`; by default the text of `invalidCredentials` */
  credentialsExpired: string
  /** 403; by default the text of `invalidCredentials` */
  notAllowed: string
  /** 503, with `handleErrorsAsFailures` */
  unavailable: string
}

/** The texts with the defaults filled in. */
export function messagesOf(...given: readonly (Partial<Messages> | undefined)[]): Messages {
  const texts: Partial<Messages> = Object.assign({}, ...given)
  const invalidCredentials = texts.invalidCredentials ?? 'Unknown user name or wrong password.'
  return {
    badRequest: texts.badRequest ?? 'Please enter a user name and a password.',
    invalidCredentials,
    accountDisabled: texts.accountDisabled ?? invalidCredentials,
    credentialsExpired: texts.credentialsExpired ?? invalidCredentials,
    notAllowed: texts.notAllowed ?? invalidCredentials,
    unavailable: texts.unavailable ?? 'Signing in is not possible at the moment. Please try again later.',
  }
}

const TEXT_OF: Readonly<Partial<Record<XmppBoshErrorCode, keyof Messages>> & Record<RefusalCode, keyof Messages>> = {
  'missing-credentials': 'badRequest',
  'malformed-credentials': 'badRequest',
  'invalid-credentials': 'invalidCredentials',
  'account-disabled': 'accountDisabled',
  'credentials-expired': 'credentialsExpired',
  'not-allowed': 'notAllowed',
}

/** What Passport gets as `info`: always an object, because Passport makes a response header of a string. */
export interface FailureInfo {
  /** for the visitor: one of {@link Messages} */
  message: string
  /** for the app */
  code: XmppBoshErrorCode
}

export type Outcome =
  | { readonly action: 'fail'; readonly info: FailureInfo; readonly status: number }
  | { readonly action: 'error'; readonly error: unknown }

/** A server that does not know the password, or names somebody else: no outage, and the operator must see it. */
const LIES: ReadonlySet<XmppBoshErrorCode> = new Set<FaultCode>(['ERR_XMPP_SERVER_PROOF', 'ERR_XMPP_IDENTITY'])

/** Passport's action for what a login was rejected with. */
export function outcomeOf(reason: unknown, messages: Messages, handleErrorsAsFailures = false): Outcome {
  if (!XmppBoshError.is(reason)) return { action: 'error', error: reason }
  const { code, status } = reason
  // A newer copy of this package may know more refusals.
  if (isRefusal(code)) {
    return { action: 'fail', info: { message: messages[TEXT_OF[code] ?? 'invalidCredentials'], code }, status }
  }
  // An outage, that is; a mistake in the configuration (500), a visitor who left (499) and a lie stay errors.
  if (handleErrorsAsFailures && status >= 502 && !LIES.has(code)) {
    return { action: 'fail', info: { message: messages.unavailable, code }, status: 503 }
  }
  return { action: 'error', error: reason }
}
