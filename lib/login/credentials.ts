import { XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { MAX_PASSWORD_BYTES } from '../limits'
import { preparePassword } from '../sasl'
import { isLonger, readUsername, trimBlanks, type UsernameFault } from './username'

/** Credentials that may be sent to the server: every part is checked and prepared. */
export interface Credentials {
  /** localpart, escaped and prepared (XEP-0106, RFC 6122 appendix A) */
  readonly local: string
  /** password as typed */
  readonly password: string
  /** password after SASLprep (RFC 4013) */
  readonly preparedPassword: string
}

// C0, DEL and C1. NUL separates the fields of PLAIN (RFC 4616 §2), the others are not valid in a name or a password.
const CONTROL = /\p{Cc}/u

const FAULTS: Readonly<Record<UsernameFault, string>> = {
  missing: 'the user name is missing',
  'too-long': 'the user name is too long',
  'other-domain': 'the user name belongs to another domain',
  'no-localpart': 'the user name is not a valid localpart',
  'over-limit': 'the user name is longer than option `maxUsernameBytes` allows',
}

/** Settings that decide which names are asked. */
export interface NameSettings {
  readonly domain: Domain
  /** false: the server is not asked to name the account */
  readonly bind: boolean
  readonly maxUsernameBytes: number
}

/**
 * Checks and prepares the visitor's input. Sends nothing.
 *
 * @throws {XmppBoshError} `missing-credentials` or `malformed-credentials` (400: not typed into the form by a person);
 * `invalid-credentials` (401: such an account cannot exist, and the visitor sees the same text as for a wrong name)
 */
export function prepareCredentials(username: unknown, password: unknown, settings: NameSettings): Credentials {
  if (typeof username !== 'string' || typeof password !== 'string') throw missing()
  if (isLonger(password, MAX_PASSWORD_BYTES)) throw malformed('the password is too long')
  const read = readUsername(username, settings.domain, settings.maxUsernameBytes)
  const fault = 'fault' in read ? read.fault : undefined
  if (fault === 'too-long') throw malformed(FAULTS[fault])
  if (fault === 'missing' || password === '') throw missing()
  assertText(trimBlanks(username))
  assertText(password)
  if ('fault' in read) throw invalid(FAULTS[read.fault])
  const { local } = read
  if (!settings.bind && !/^[!-~]+$/.test(local)) throw invalid('with `bind: false` a localpart must be ASCII')
  const preparedPassword = preparePassword(password)
  if (preparedPassword === undefined) throw invalid('SASLprep prohibits the password')
  return { local, password, preparedPassword }
}

/**
 * Checks and prepares the credentials of a new account. An impossible name or password is reported as malformed: the
 * answer reveals nothing about existing accounts.
 *
 * @throws {XmppBoshError} `missing-credentials` or `malformed-credentials`
 */
export function prepareNewCredentials(username: unknown, password: unknown, settings: NameSettings): Credentials {
  try {
    const credentials = prepareCredentials(username, password, settings)
    assertNotBlank(credentials.preparedPassword)
    return credentials
  } catch (reason) {
    if (XmppBoshError.is(reason) && reason.code === 'invalid-credentials') throw malformed(reason.message)
    throw reason
  }
}

/**
 * Checks and prepares a new password (SASLprep, RFC 4013).
 *
 * @throws {XmppBoshError} `missing-credentials` or `malformed-credentials`
 */
export function prepareNewPassword(password: unknown): string {
  if (typeof password !== 'string' || password === '') throw missing()
  if (isLonger(password, MAX_PASSWORD_BYTES)) throw malformed('the new password is too long')
  assertText(password)
  const prepared = preparePassword(password)
  if (prepared === undefined) throw malformed('SASLprep prohibits the password')
  assertNotBlank(prepared)
  return prepared
}

/**
 * Returns the spellings of the password to send in clear text, one after the other (PLAIN, RFC 4616). Servers differ in
 * what they compare: some prepare both sides, some prepare nothing (Openfire, Tigase, ejabberd with passwords in clear
 * text), and then what they hold depends on the program that stored it. The typed spelling comes first; a second one
 * exists only if SASLprep makes another password of it. Registration stores the prepared spelling, which SCRAM hashes.
 */
export function plainSpellings({ password, preparedPassword }: Credentials): readonly [string, ...string[]] {
  const typed = password.normalize('NFC')
  return typed === preparedPassword ? [typed] : [typed, preparedPassword]
}

/**
 * Checks for characters that cannot be typed into a form: control characters and lone surrogates.
 *
 * @throws {XmppBoshError} `malformed-credentials`
 */
export function assertText(text: string): void {
  if (CONTROL.test(text)) throw malformed('contains a control character')
  if (!text.isWellFormed()) throw malformed('contains a lone surrogate')
}

// Openfire reports that it has set such a password and sets none, or answers nothing.
function assertNotBlank(prepared: string): void {
  if (prepared.trim() === '') throw missing()
}

function missing(): XmppBoshError {
  return new XmppBoshError('missing-credentials', 'user name or password is missing')
}

function malformed(reason: string): XmppBoshError {
  return new XmppBoshError('malformed-credentials', `malformed input: ${reason}`)
}

function invalid(message: string): XmppBoshError {
  return new XmppBoshError('invalid-credentials', message)
}
