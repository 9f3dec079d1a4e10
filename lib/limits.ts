/**
 * Every bound of the library, with its unit. What a user may change is an option (`options.ts`) whose default stands
 * here; the rest is fixed.
 */

/** ms. One deadline for a whole login: waiting for a slot, failover, every exchange, key derivation. */
export const TIMEOUT_MS = 15_000
/** ms. The longest `timeout` that can be asked for. */
export const MAX_TIMEOUT_MS = 120_000
/** ms. What one of several `service` URLs may take before credentials are sent. */
export const ENDPOINT_TIMEOUT_MS = 5_000
/** ms. How long a `service` URL that failed is tried last. */
export const ENDPOINT_COOL_DOWN_MS = 30_000
/** `service` URLs of one Authenticator. */
export const MAX_SERVICES = 16

/** bytes of one reply. */
export const MAX_RESPONSE_BYTES = 65_536
/** bytes. The largest `maxResponseBytes` that can be asked for. */
export const MAX_RESPONSE_BYTES_TOP = 1_048_576
/** sockets to one origin. */
export const MAX_SOCKETS = 16
/** ms. An idle socket is closed before the server or a proxy closes it under us. */
export const IDLE_SOCKET_MS = 4_000

/** s. How long the server may hold a request (XEP-0124 §7.1). */
export const WAIT_S = 10
/** requests the server may hold (XEP-0124 §7.1). */
export const HOLD = 1
/** empty requests in a row that wait for one answer (XEP-0206 §4). */
export const MAX_EMPTY_POLLS = 3
/** ms between two empty requests when the first was answered at once, and what at once means (XEP-0124 §11). */
export const POLL_PAUSE_MS = 250
export const AT_ONCE_MS = 1_000
/** s. The longest pause that a server's `polling` attribute can ask of us (XEP-0124 §12). */
export const MAX_POLLING_S = 5
/** requests of one login, the terminate not counted. */
export const MAX_EXCHANGES = 12
/** ms for the terminate, which nobody waits for. */
export const TERMINATE_TIMEOUT_MS = 2_000
/** characters of a sid. */
export const MAX_SID_LENGTH = 256

/** elements inside each other in one reply. */
export const MAX_XML_DEPTH = 16
/** elements of one reply. */
export const MAX_XML_ELEMENTS = 2_000
/** attributes of one element. */
export const MAX_XML_ATTRIBUTES = 32
/** characters of an element's or attribute's name. */
export const MAX_XML_NAME_LENGTH = 128
/** characters of an attribute's value. */
export const MAX_XML_ATTRIBUTE_LENGTH = 8_192

/** mechanism names of one offer that are looked at. */
export const MAX_MECHANISMS = 64
/** challenges of one login. */
export const MAX_CHALLENGES = 4
/** bytes of a decoded SASL payload. */
export const MAX_SASL_PAYLOAD_BYTES = 8_192
/** iterations of PBKDF2, least (RFC 5802 §5.1) and most by default, and the most that can be asked for. */
export const MIN_ITERATIONS = 4_096
export const MAX_ITERATIONS = 100_000
export const MAX_ITERATIONS_TOP = 1_000_000
/** key derivations at a time in this process: half of libuv's threads. */
export const MAX_DERIVATIONS = 2
/** bytes of a decoded SCRAM salt. */
export const MAX_SALT_BYTES = 1_024
/** characters of a SCRAM nonce. */
export const MAX_NONCE_LENGTH = 1_024
/** bytes of our own SCRAM nonce, before base64. */
export const NONCE_BYTES = 24

/** bytes of each part of a JID (RFC 7622 §3). */
export const MAX_JID_PART_BYTES = 1_023
/** bytes of a domain as A-labels. */
export const MAX_DOMAIN_BYTES = 253
/** bytes of a typed password. */
export const MAX_PASSWORD_BYTES = 1_024

/** logins in flight, logins that wait. */
export const MAX_CONCURRENT = 50
export const MAX_QUEUE = 200
/** logins in flight or waiting, the most that can be asked for. */
export const MAX_CONCURRENT_TOP = 100_000
/** ms. A refusal is answered no earlier than this after the start. */
export const FAILURE_DELAY_MS = 300
/** ms. The longest `failureDelay` that can be asked for. */
export const MAX_FAILURE_DELAY_MS = 10_000
/** refusals that wait for their time at once; beyond, a login is turned away as busy. */
export const MAX_DELAYED_FAILURES = 1_000
/** ms. How long a ban (policy-violation) is answered without asking the server again. */
export const BAN_MS = 30_000
/** bans remembered. */
export const MAX_BANS = 1_000

/** fields of a registration form. */
export const MAX_FORM_FIELDS = 32
/** characters of a label or of instructions that are shown; the rest is cut off. */
export const MAX_FORM_TEXT_LENGTH = 1_000
/** characters of a field's value, one of a visitor's or a hidden one of the server's. */
export const MAX_FORM_VALUE_LENGTH = 1_024
/** ms. ejabberd keeps a challenge for 120 s; the rest is for the way there. */
export const CAPTCHA_LIFETIME_MS = 115_000
/** ms. How long `verify` may take to call `done` once its promise has resolved to nothing. */
export const VERIFY_DONE_MS = 15_000
