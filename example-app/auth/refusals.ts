import { XmppBoshError } from 'passport-xmpp-bosh'

/** What the server said no to, in the words of a page. Anything that is nobody's mistake is not among them. */
export interface Refusal {
  readonly code: string
  /** of an answer that has no other form to show */
  readonly status: number
  readonly text: string
}

type Texts = Readonly<Record<string, string>>

const COMMON: Texts = {
  'weak-password': 'This password is too easy to guess. Please choose a longer one.',
  ERR_XMPP_POLICY: 'The server takes no more attempts for a while. Please try again later.',
}

const SIGN_UP: Texts = {
  ...COMMON,
  'missing-credentials': 'Please fill in everything that is asked for.',
  'malformed-credentials':
    'This user name or password cannot be used. A name has no spaces and none of the characters " & \' / : < > @, and neither of them is very long.',
  'username-taken': 'This user name is taken. Please choose another one.',
  'captcha-wrong': 'That was not what the picture said. Please try a new one.',
  'captcha-expired': 'The picture was too old. A new one is good for two minutes.',
  'registration-closed': 'The server makes no new accounts at the moment.',
  'rate-limited': 'The server was asked for too many accounts from your address. Please try again in a minute.',
}

const WRONG_PASSWORD = 'That is not your password.'
const ACCOUNT: Texts = {
  ...COMMON,
  'missing-credentials': 'Please fill in everything that is asked for.',
  'malformed-credentials': 'This password cannot be used: it is too long, or has characters that no keyboard types.',
  'invalid-credentials': WRONG_PASSWORD,
  'account-disabled': WRONG_PASSWORD,
  'credentials-expired': WRONG_PASSWORD,
  'not-allowed': WRONG_PASSWORD,
  'registration-closed': 'The server does not let you do this here. Please ask whoever runs it.',
  'rate-limited': 'The server was asked too often. Please try again in a minute.',
}

/** Why there is no new account; `undefined` when it is not for the visitor to mend. */
export const signUpRefusal = (reason: unknown): Refusal | undefined => refusalOf(reason, SIGN_UP)

/** Why an account stays as it is; `undefined` when it is not for the visitor to mend. */
export const accountRefusal = (reason: unknown): Refusal | undefined => refusalOf(reason, ACCOUNT)

function refusalOf(reason: unknown, texts: Texts): Refusal | undefined {
  if (!XmppBoshError.is(reason)) return undefined
  const { code, status } = reason
  const text = texts[code] ?? (code.startsWith('ERR_') ? undefined : 'The server did not accept this.')
  return text === undefined ? undefined : { code, status, text }
}
