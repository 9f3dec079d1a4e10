import { XmppBoshError } from 'passport-xmpp-bosh'
import type { MessageCode } from '../texts'

/** An account with a role is not deleted: some servers keep it in the room, and the next account of its name would have the role. */
export class AccountHasRole extends Error {
  override readonly name = 'AccountHasRole'
  readonly status = 403
  readonly code = 'account-has-role'

  constructor() {
    super('an account with a role is not deleted before it has lost the role')
  }
}

/** A refusal by the XMPP server, with the message of a page. Outages and mistakes of the operator are not refusals. */
export interface Refusal {
  readonly code: string
  /** HTTP status of an answer that shows no form */
  readonly status: number
  readonly message: MessageCode
}

/** Codes of a refused login. Outside, all of them read like a wrong password. */
export const LOGIN_REFUSALS: readonly string[] = [
  'invalid-credentials',
  'account-disabled',
  'credentials-expired',
  'not-allowed',
]

type Messages = Readonly<Record<string, MessageCode>>

const COMMON: Messages = {
  'missing-credentials': 'missing-credentials',
  'weak-password': 'weak-password',
  ERR_XMPP_POLICY: 'server-policy',
}

const SIGN_UP: Messages = {
  ...COMMON,
  'malformed-credentials': 'sign-up.malformed-credentials',
  'username-taken': 'sign-up.username-taken',
  'captcha-wrong': 'sign-up.captcha-wrong',
  'captcha-expired': 'sign-up.captcha-expired',
  'registration-closed': 'sign-up.registration-closed',
  'rate-limited': 'sign-up.rate-limited',
}

const ACCOUNT: Messages = {
  ...COMMON,
  'malformed-credentials': 'account.malformed-credentials',
  'invalid-credentials': 'account.wrong-password',
  'account-disabled': 'account.wrong-password',
  'credentials-expired': 'account.wrong-password',
  'not-allowed': 'account.wrong-password',
  'registration-closed': 'account.registration-closed',
  'account-has-role': 'account.has-role',
  'rate-limited': 'account.rate-limited',
}

const CONFIRM: Messages = {
  'missing-jid': 'confirm.missing-jid',
  'malformed-jid': 'confirm.malformed-jid',
  'domain-not-allowed': 'confirm.domain-not-allowed',
}

/** Explains why a person cannot be asked. Returns `undefined` for a failure that the visitor cannot correct. */
export function confirmRefusal(reason: unknown): Refusal | undefined {
  return XmppBoshError.is(reason) && reason.code in CONFIRM ? refusalOf(reason, CONFIRM) : undefined
}

/** Explains why no account was created. Returns `undefined` for a failure that the visitor cannot correct. */
export const signUpRefusal = (reason: unknown): Refusal | undefined => refusalOf(reason, SIGN_UP)

/** Explains why an account was not changed. Returns `undefined` for a failure that the visitor cannot correct. */
export const accountRefusal = (reason: unknown): Refusal | undefined => refusalOf(reason, ACCOUNT)

function refusalOf(reason: unknown, messages: Messages): Refusal | undefined {
  if (!XmppBoshError.is(reason) && !(reason instanceof AccountHasRole)) return undefined
  const { code, status } = reason
  const message = messages[code] ?? (code.startsWith('ERR_') ? undefined : 'not-accepted')
  return message === undefined ? undefined : { code, status, message }
}
