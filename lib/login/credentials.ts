import { XmppBoshError } from '../errors/error'
import { type Domain, prepareConfiguredDomain, prepareLocalpart } from '../jid'
import { MAX_JID_PART_BYTES, MAX_PASSWORD_BYTES } from '../limits'
import { preparePassword } from '../sasl'

/** Credentials that may be sent to the server: every part is checked and prepared. */
export interface Credentials {
  /** localpart, prepared (RFC 7622 §3.3) */
  readonly local: string
  /** password as typed */
  readonly password: string
  /** password after SASLprep (RFC 4013) */
  readonly preparedPassword: string
}

// C0, DEL and C1. NUL separates the fields of PLAIN (RFC 4616 §2), the others are not valid in a name or a password.
const CONTROL = /\p{Cc}/u
const SPACE = ' \t\r\n'
// localpart "@" domainpart
const MAX_USERNAME_BYTES = 2 * MAX_JID_PART_BYTES + 1

/**
 * Checks and prepares the visitor's input. Sends nothing.
 *
 * @param unicodeLocalparts false if the server will not be asked to name the account (`bind: false`)
 * @throws {XmppBoshError} `missing-credentials` or `malformed-credentials` (400: not typed into the form by a person);
 * `invalid-credentials` (401: such an account cannot exist, and the visitor sees the same text as for a wrong name)
 */
export function prepareCredentials(
  username: unknown,
  password: unknown,
  domain: Domain,
  unicodeLocalparts: boolean,
): Credentials {
  if (typeof username !== 'string' || typeof password !== 'string') throw missing()
  if (isTooLong(username, MAX_USERNAME_BYTES)) throw malformed('the user name is too long')
  if (isTooLong(password, MAX_PASSWORD_BYTES)) throw malformed('the password is too long')
  const typed = withoutSurroundingSpace(username)
  if (typed === '' || password === '') throw missing()
  assertText(typed)
  assertText(password)
  const local = prepareLocalpart(localpartOf(typed, domain))
  if (local === undefined) throw invalid('the user name is not a valid localpart')
  if (!unicodeLocalparts && !/^[!-~]+$/.test(local)) throw invalid('with `bind: false` a localpart must be ASCII')
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
export function prepareNewCredentials(username: unknown, password: unknown, domain: Domain): Credentials {
  try {
    return prepareCredentials(username, password, domain, true)
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
  if (isTooLong(password, MAX_PASSWORD_BYTES)) throw malformed('the new password is too long')
  assertText(password)
  const prepared = preparePassword(password)
  if (prepared === undefined) throw malformed('SASLprep prohibits the password')
  return prepared
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

// RFC 7622 §3.1: the first "@" separates. With a second one, or a resource, the domain is invalid.
function localpartOf(typed: string, domain: Domain): string {
  const at = typed.indexOf('@')
  const local = at < 0 ? typed : typed.slice(0, at)
  if (at >= 0 && prepareConfiguredDomain(typed.slice(at + 1))?.ascii !== domain.ascii) {
    throw invalid('the user name belongs to another domain')
  }
  if (Buffer.byteLength(local) > MAX_JID_PART_BYTES) throw malformed('the user name is too long')
  return local
}

// A pattern for the end of a text is tried from every blank in it, so its time grows with the square of their number.
function withoutSurroundingSpace(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && SPACE.includes(text.charAt(start))) start++
  while (end > start && SPACE.includes(text.charAt(end - 1))) end--
  return text.slice(start, end)
}

function isTooLong(text: string, bytes: number): boolean {
  return text.length > bytes || Buffer.byteLength(text) > bytes
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
