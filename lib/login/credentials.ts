import { XmppBoshError } from '../errors/error'
import { type Domain, prepareConfiguredDomain, prepareLocalpart } from '../jid'
import { MAX_JID_PART_BYTES, MAX_PASSWORD_BYTES } from '../limits'
import { preparePassword } from '../sasl'

/** What may be sent: every part checked and prepared. */
export interface Credentials {
  readonly local: string
  readonly password: string
  readonly preparedPassword: string
}

// C0, DEL and C1: NUL separates the fields of PLAIN, none of the others belongs into a name or a password.
const CONTROL = /\p{Cc}/u
const SURROUNDING_SPACE = /^[ \t\r\n]+|[ \t\r\n]+$/g
// localpart "@" domainpart
const MAX_USERNAME_BYTES = 2 * MAX_JID_PART_BYTES + 1

/**
 * Makes credentials of what was typed, without any network.
 *
 * @throws {XmppBoshError} `missing-credentials`, `malformed-credentials` (400: the form was not filled in by a person)
 * or `invalid-credentials` (401: no such account can exist, which looks like any other wrong name)
 * @param unicodeLocalparts false when the server's word on who this is will not be asked for (`bind: false`)
 */
export function prepareCredentials(
  username: unknown,
  password: unknown,
  domain: Domain,
  unicodeLocalparts: boolean,
): Credentials {
  if (typeof username !== 'string' || typeof password !== 'string') throw missing()
  if (tooLong(username, MAX_USERNAME_BYTES) || tooLong(password, MAX_PASSWORD_BYTES)) throw malformed('too long')
  const typed = username.replace(SURROUNDING_SPACE, '')
  if (typed === '' || password === '') throw missing()
  assertText(typed)
  assertText(password)
  const local = prepareLocalpart(localpartOf(typed, domain))
  if (local === undefined) throw invalid('the user name cannot be a localpart')
  if (!unicodeLocalparts && !/^[!-~]+$/.test(local)) throw invalid('without `bind` a localpart must be ASCII')
  const preparedPassword = preparePassword(password)
  if (preparedPassword === undefined) throw invalid('SASLprep refuses the password')
  return { local, password, preparedPassword }
}

/**
 * The same for an account that does not exist yet: there is nothing to find out, so what no account can have is said.
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
 * A new password, prepared.
 *
 * @throws {XmppBoshError} `missing-credentials` or `malformed-credentials`
 */
export function prepareNewPassword(password: unknown): string {
  if (typeof password !== 'string' || password === '') throw missing()
  if (tooLong(password, MAX_PASSWORD_BYTES)) throw malformed('too long')
  assertText(password)
  const prepared = preparePassword(password)
  if (prepared === undefined) throw malformed('SASLprep refuses the password')
  return prepared
}

/** @throws {XmppBoshError} `malformed-credentials` for what nobody can have typed */
export function assertText(text: string): void {
  if (CONTROL.test(text)) throw malformed('a control character')
  if (!text.isWellFormed()) throw malformed('a lone surrogate')
}

// RFC 7622 §3.1: the first "@" separates. A second one, or a resource, makes a domain that is none.
function localpartOf(typed: string, domain: Domain): string {
  const at = typed.indexOf('@')
  const local = at < 0 ? typed : typed.slice(0, at)
  if (at >= 0 && prepareConfiguredDomain(typed.slice(at + 1))?.ascii !== domain.ascii) {
    throw invalid('the user name is of another domain')
  }
  if (Buffer.byteLength(local) > MAX_JID_PART_BYTES) throw malformed('too long')
  return local
}

function tooLong(text: string, bytes: number): boolean {
  return text.length > bytes || Buffer.byteLength(text) > bytes
}

function missing(): XmppBoshError {
  return new XmppBoshError('missing-credentials', 'user name or password is missing')
}

function malformed(what: string): XmppBoshError {
  return new XmppBoshError('malformed-credentials', `what was typed is malformed: ${what}`)
}

function invalid(why: string): XmppBoshError {
  return new XmppBoshError('invalid-credentials', why)
}
