import { XmppBoshError } from './error'
import type { XmppBoshErrorCode } from './statuses'

/*
 * What happened -> what the visitor and the app get. One table for every way a login can end without a "yes":
 * the server's condition chooses a code here, the code has its HTTP status in errors.ts, and `outcomeOf` turns it into
 * Passport's action.
 */

/** Defined conditions and the code each leads to. */
export type Conditions = ReadonlyMap<string, XmppBoshErrorCode>

/** `<failure/>` of SASL, RFC 6120 §6.5. Any other condition, none or two: ERR_XMPP_PROTOCOL. */
export const SASL_FAILURES: Conditions = new Map<string, XmppBoshErrorCode>([
  ['not-authorized', 'invalid-credentials'],
  ['invalid-authzid', 'invalid-credentials'], // ejabberd, for a malformed SCRAM user name
  ['malformed-request', 'invalid-credentials'], // Prosody, for names it cannot prepare
  ['account-disabled', 'account-disabled'],
  ['credentials-expired', 'credentials-expired'],
  ['temporary-auth-failure', 'ERR_XMPP_UNAVAILABLE'],
  ['mechanism-too-weak', 'ERR_XMPP_MECHANISM'],
  ['encryption-required', 'ERR_XMPP_MECHANISM'],
  ['invalid-mechanism', 'ERR_XMPP_MECHANISM'],
  ['incorrect-encoding', 'ERR_XMPP_PROTOCOL'],
  ['aborted', 'ERR_XMPP_PROTOCOL'],
])

/** `e=` of a SCRAM server, RFC 5802 §7. Any other value: ERR_XMPP_PROTOCOL. */
export const SCRAM_ERRORS: Conditions = new Map<string, XmppBoshErrorCode>([
  ['invalid-proof', 'invalid-credentials'],
  ['unknown-user', 'invalid-credentials'],
  ['no-resources', 'ERR_XMPP_UNAVAILABLE'],
])

/** Stanza errors of resource binding, RFC 6120 §7.7.3. Any other condition, none or two: ERR_XMPP_PROTOCOL. */
export const BIND_ERRORS: Conditions = new Map<string, XmppBoshErrorCode>([
  ['not-allowed', 'not-allowed'], // the server's access rule: the password was right
  ['conflict', 'ERR_XMPP_UNAVAILABLE'],
  ['resource-constraint', 'ERR_XMPP_UNAVAILABLE'],
  ['bad-request', 'ERR_XMPP_PROTOCOL'],
  ['not-authorized', 'ERR_XMPP_PROTOCOL'],
])

/** `<stream:error/>`, RFC 6120 §4.9.3. Any other condition: ERR_XMPP_TERMINATED. */
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

/** `condition` of `<body type='terminate'/>`, XEP-0124 §17.2. Any other, or none: ERR_XMPP_TERMINATED. */
export const TERMINATIONS: Conditions = new Map<string, XmppBoshErrorCode>([
  ['policy-violation', 'ERR_XMPP_POLICY'],
  ['host-unknown', 'ERR_XMPP_DOMAIN'],
  ['host-gone', 'ERR_XMPP_DOMAIN'],
  ['system-shutdown', 'ERR_XMPP_UNAVAILABLE'],
  ['remote-connection-failed', 'ERR_XMPP_UNAVAILABLE'],
])

/** The same in answer to session creation: how servers say that they do not serve the domain. */
export const CREATION_TERMINATIONS: Conditions = new Map<string, XmppBoshErrorCode>([
  ...TERMINATIONS,
  ['internal-server-error', 'ERR_XMPP_DOMAIN'], // ejabberd
  ['improper-addressing', 'ERR_XMPP_DOMAIN'], // Prosody
])

/** Stanza errors when a form is asked for, XEP-0077 §3.1. Any other: ERR_XMPP_PROTOCOL. */
export const FORM_ERRORS: Conditions = new Map<string, XmppBoshErrorCode>([
  ['resource-constraint', 'rate-limited'], // ejabberd: `captcha_limit`
  ['forbidden', 'registration-closed'],
  ['not-allowed', 'registration-closed'],
  ['service-unavailable', 'registration-closed'],
  ['feature-not-implemented', 'registration-closed'],
])

/** The same when it is handed in. `not-allowed` is the answer to a wrong captcha, or, where there is none, a no. */
export const SUBMIT_ERRORS: Conditions = new Map<string, XmppBoshErrorCode>([
  ...FORM_ERRORS, // ejabberd: `registration_timeout`
  ['conflict', 'username-taken'],
  ['not-acceptable', 'weak-password'],
  ['jid-malformed', 'malformed-credentials'],
])

/** Stanza errors of changing a password and of removing an account, XEP-0077 §3.2, §3.3. */
export const ACCOUNT_ERRORS: Conditions = new Map<string, XmppBoshErrorCode>([
  ...FORM_ERRORS,
  ['not-acceptable', 'weak-password'],
])

/** Conditions that stand for nothing more than their name; repeated to the operator, never taken from the wire. */
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
  'remote-server-not-found',
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
  ...SUBMIT_ERRORS.keys(),
  ...STREAM_ERRORS.keys(),
  ...CREATION_TERMINATIONS.keys(),
  ...OTHER_CONDITIONS,
])

/**
 * The condition as it may be shown in a log. An unknown name is not repeated: whoever answers for the server could
 * have written the password there.
 */
export function knownCondition(condition: string): string {
  return KNOWN_CONDITIONS.has(condition) ? condition : 'undefined-condition'
}

/** The error for a condition the server named. */
export function conditionError(
  table: Conditions,
  otherwise: XmppBoshErrorCode,
  condition: string,
  message: string,
): XmppBoshError {
  const known = knownCondition(condition)
  return new XmppBoshError(table.get(condition) ?? otherwise, `${message}: ${known}`, { condition: known })
}
