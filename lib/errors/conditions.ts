import { XmppBoshError } from './error'
import type { XmppBoshErrorCode } from './statuses'

/*
 * One table for each stage at which a login can end without success. The server's condition selects a code here,
 * statuses.ts gives the code its HTTP status, and `outcomeOf` turns the code into Passport's action. The refusals of
 * registration need more than the condition: registration/refusals.ts has their table.
 */

/** Table of defined conditions, each with the error code it leads to. */
export type Conditions = ReadonlyMap<string, XmppBoshErrorCode>

/**
 * Conditions of SASL's `<failure/>`, RFC 6120 §6.5, and those that MongooseIM invented. An unknown, missing or second
 * condition: ERR_XMPP_PROTOCOL.
 */
export const SASL_FAILURES: Conditions = new Map<string, XmppBoshErrorCode>([
  ['not-authorized', 'invalid-credentials'],
  ['invalid-authzid', 'invalid-credentials'], // ejabberd, for a malformed SCRAM user name
  ['malformed-request', 'invalid-credentials'], // Prosody, for names it cannot prepare
  ['bad-protocol', 'invalid-credentials'], // MongooseIM, for names and passwords it cannot prepare
  ['bad-auth', 'invalid-credentials'], // ejabberd 2 and MongooseIM, by older mechanisms
  ['account-disabled', 'account-disabled'],
  ['credentials-expired', 'credentials-expired'],
  ['temporary-auth-failure', 'ERR_XMPP_UNAVAILABLE'],
  ['mechanism-too-weak', 'ERR_XMPP_MECHANISM'],
  ['encryption-required', 'ERR_XMPP_MECHANISM'],
  ['invalid-mechanism', 'ERR_XMPP_MECHANISM'],
  ['no-mechanism', 'ERR_XMPP_MECHANISM'], // MongooseIM
  ['incorrect-encoding', 'ERR_XMPP_PROTOCOL'],
  ['aborted', 'ERR_XMPP_PROTOCOL'],
])

/** Values of `e=` in a SCRAM message, RFC 5802 §7. Any other value: ERR_XMPP_PROTOCOL. */
export const SCRAM_ERRORS: Conditions = new Map<string, XmppBoshErrorCode>([
  ['invalid-proof', 'invalid-credentials'],
  ['unknown-user', 'invalid-credentials'],
  ['no-resources', 'ERR_XMPP_UNAVAILABLE'],
])

/**
 * Stanza errors of resource binding, RFC 6120 §7.7.3. An unknown, missing or second condition: ERR_XMPP_PROTOCOL.
 */
export const BIND_ERRORS: Conditions = new Map<string, XmppBoshErrorCode>([
  ['not-allowed', 'not-allowed'], // the password was right, but an access rule of the server denies the login
  ['conflict', 'ERR_XMPP_UNAVAILABLE'],
  ['resource-constraint', 'ERR_XMPP_UNAVAILABLE'],
  ['bad-request', 'ERR_XMPP_PROTOCOL'],
  ['not-authorized', 'ERR_XMPP_PROTOCOL'],
])

/**
 * Stanza errors of session establishment, RFC 3921 §3. An unknown, missing or second condition: ERR_XMPP_PROTOCOL.
 */
export const SESSION_ERRORS: Conditions = new Map<string, XmppBoshErrorCode>([
  ['forbidden', 'not-allowed'], // the resource may not have a session
  ['not-allowed', 'not-allowed'],
  ['conflict', 'ERR_XMPP_UNAVAILABLE'], // another session has the resource
  ['resource-constraint', 'ERR_XMPP_UNAVAILABLE'],
  ['internal-server-error', 'ERR_XMPP_UNAVAILABLE'],
])

/** Conditions of `<stream:error/>`, RFC 6120 §4.9.3. Any other condition: ERR_XMPP_TERMINATED. */
export const STREAM_ERRORS: Conditions = new Map<string, XmppBoshErrorCode>([
  ['policy-violation', 'ERR_XMPP_POLICY'], // a ban (mod_fail2ban) or a rate limit
  ['host-unknown', 'ERR_XMPP_DOMAIN'],
  ['host-gone', 'ERR_XMPP_DOMAIN'],
  ['system-shutdown', 'ERR_XMPP_UNAVAILABLE'],
  ['resource-constraint', 'ERR_XMPP_UNAVAILABLE'],
  ['internal-server-error', 'ERR_XMPP_UNAVAILABLE'],
  ['remote-connection-failed', 'ERR_XMPP_UNAVAILABLE'],
  ['reset', 'ERR_XMPP_UNAVAILABLE'],
])

/**
 * Values of `condition` in `<body type='terminate'/>`, XEP-0124 §17.2. Any other value, or no `condition`:
 * ERR_XMPP_TERMINATED.
 */
export const TERMINATIONS: Conditions = new Map<string, XmppBoshErrorCode>([
  ['policy-violation', 'ERR_XMPP_POLICY'],
  ['host-unknown', 'ERR_XMPP_DOMAIN'],
  ['host-gone', 'ERR_XMPP_DOMAIN'],
  ['system-shutdown', 'ERR_XMPP_UNAVAILABLE'],
  ['remote-connection-failed', 'ERR_XMPP_UNAVAILABLE'],
])

/** {@link TERMINATIONS} in reply to session creation, plus the values with which servers refuse an unknown domain. */
export const CREATION_TERMINATIONS: Conditions = new Map<string, XmppBoshErrorCode>([
  ...TERMINATIONS,
  ['internal-server-error', 'ERR_XMPP_DOMAIN'], // ejabberd
  ['improper-addressing', 'ERR_XMPP_DOMAIN'], // Prosody
])

/** Conditions without a code of their own. Messages may name them: the text comes from this list, not from the wire. */
const OTHER_CONDITIONS = [
  'bad-request',
  'improper-addressing',
  'internal-server-error',
  'item-not-found',
  'other-request',
  'remote-stream-error',
  'see-other-uri',
  'undefined-condition',
  'bad-format',
  'bad-namespace-prefix',
  'connection-timeout',
  'invalid-from',
  'invalid-namespace',
  'invalid-xml',
  'not-well-formed',
  'restricted-xml',
  'see-other-host',
  'unsupported-encoding',
  'unsupported-feature',
  'unsupported-stanza-type',
  'unsupported-version',
  'registration-required',
  'forbidden',
  'service-unavailable',
  'feature-not-implemented',
  'not-acceptable',
  'jid-malformed',
  'subscription-required',
  'remote-server-not-found',
  'remote-server-timeout',
  'recipient-unavailable',
  'unexpected-request',
  'redirect',
  'gone',
  'invalid-encoding',
  'extensions-not-supported',
  'channel-bindings-dont-match',
  'server-does-support-channel-binding',
  'channel-binding-not-supported',
  'unsupported-channel-binding-type',
  'invalid-username-encoding',
  'other-error',
]
const KNOWN_CONDITIONS: ReadonlySet<string> = new Set([
  ...SASL_FAILURES.keys(),
  ...SCRAM_ERRORS.keys(),
  ...BIND_ERRORS.keys(),
  ...SESSION_ERRORS.keys(),
  ...STREAM_ERRORS.keys(),
  ...CREATION_TERMINATIONS.keys(),
  ...OTHER_CONDITIONS,
])

/**
 * Returns `condition` if it is a defined one, and `undefined-condition` otherwise, so that it may be logged. An unknown
 * name is not repeated: a hostile reply could contain the password.
 */
export function knownCondition(condition: string): string {
  return KNOWN_CONDITIONS.has(condition) ? condition : 'undefined-condition'
}

/**
 * Returns the error for a condition that the server sent, with `: ` and the condition behind `message`.
 *
 * @param otherwise code of a condition that `table` does not list
 */
export function conditionError(
  table: Conditions,
  otherwise: XmppBoshErrorCode,
  condition: string,
  message: string,
): XmppBoshError {
  const known = knownCondition(condition)
  return new XmppBoshError(table.get(condition) ?? otherwise, `${message}: ${known}`, { condition: known })
}
