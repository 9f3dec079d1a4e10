import { XmppBoshError } from 'passport-xmpp-bosh'

/** A refusal by the XMPP server, in the words of a page. Outages and mistakes of the operator are not refusals. */
export interface Refusal {
  readonly code: string
  /** HTTP status of an answer that shows no form */
  readonly status: number
  readonly text: string
}

/** Codes of a refused login. Outside, all of them read like a wrong password. */
export const LOGIN_REFUSALS: readonly string[] = [
  'invalid-credentials',
  'account-disabled',
  'credentials-expired',
  'not-allowed',
]

type Texts = Readonly<Record<string, string>>

const COMMON: Texts = {
  'missing-credentials': 'Please fill in all required fields.',
  'weak-password':
    'The server does not accept this password. It may be too easy to guess, or too long: please choose another one.',
  ERR_XMPP_POLICY: 'The server accepts no more attempts for a while. Please try again later.',
}

const SIGN_UP: Texts = {
  ...COMMON,
  'malformed-credentials':
    'This user name or password cannot be used. Please try another name: this one may be reserved, have belonged to an account before, or end in the domain of another server. Neither may be very long.',
  'username-taken': 'This user name is taken. Please choose another one.',
  'captcha-wrong':
    'Your answer to the picture or question is wrong. Please try the new one. If your answers were right, try another user name: the server may refuse this one.',
  'captcha-expired': 'The form has expired. The new one is valid for two minutes.',
  'registration-closed': 'The server accepts no new accounts at the moment.',
  'rate-limited': 'Too many accounts were requested from your address. Please try again later.',
}

const WRONG_PASSWORD = 'That is not your password.'
const ACCOUNT: Texts = {
  ...COMMON,
  'malformed-credentials': 'This password cannot be used: it is too long, or it contains invalid characters.',
  'invalid-credentials': WRONG_PASSWORD,
  'account-disabled': WRONG_PASSWORD,
  'credentials-expired': WRONG_PASSWORD,
  'not-allowed': WRONG_PASSWORD,
  'registration-closed': 'The server does not allow this here. Please contact its administrator.',
  'rate-limited': 'The server received too many requests. Please try again later.',
}

/** Explains why no account was created. Returns `undefined` for a failure that the visitor cannot correct. */
export const signUpRefusal = (reason: unknown): Refusal | undefined => refusalOf(reason, SIGN_UP)

/** Explains why an account was not changed. Returns `undefined` for a failure that the visitor cannot correct. */
export const accountRefusal = (reason: unknown): Refusal | undefined => refusalOf(reason, ACCOUNT)

function refusalOf(reason: unknown, texts: Texts): Refusal | undefined {
  if (!XmppBoshError.is(reason)) return undefined
  const { code, status } = reason
  const text = texts[code] ?? (code.startsWith('ERR_') ? undefined : 'The server did not accept this.')
  return text === undefined ? undefined : { code, status, text }
}
