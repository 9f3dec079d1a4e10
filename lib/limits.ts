/**
 * Every bound of the library, with its unit. The defaults of options and the largest values that options accept stand
 * here, too (options/settings.ts applies them). All other bounds are fixed.
 */

/** Deadline of a whole login, in ms: waiting for a slot, failover, every exchange and key derivation (`timeout`). */
export const TIMEOUT_MS = 15_000
/** Largest accepted `timeout`, in ms. */
export const MAX_TIMEOUT_MS = 120_000
/** Time that one of several `service` URLs may take before credentials are sent, in ms. */
export const ENDPOINT_TIMEOUT_MS = 5_000
/** Time for which a `service` URL that failed is tried last, in ms. */
export const ENDPOINT_COOL_DOWN_MS = 30_000
/** Least time after which a `service` URL that did not answer counts as failed, in ms. */
export const ENDPOINT_JUDGED_MS = 1_000
/** Number of `service` URLs of one Authenticator. */
export const MAX_SERVICES = 16

/** Size of one reply, in bytes (`maxResponseBytes`). */
export const MAX_RESPONSE_BYTES = 65_536
/** Largest accepted `maxResponseBytes`. */
export const MAX_RESPONSE_BYTES_TOP = 1_048_576
/** Time for the body of a reply whose status is not 200, in ms. After it, the status counts alone. */
export const ERROR_BODY_MS = 2_000
/** Number of idle sockets to one origin that are kept for further sessions. Sessions in use are bounded elsewhere. */
export const MAX_IDLE_SOCKETS = 100
/** Time after which an idle socket is closed, in ms: before the server or a proxy closes it during a request. */
export const IDLE_SOCKET_MS = 4_000
/** Time within which a kept socket is closed by a server that closes sockets with their sessions, in ms (Tigase). */
export const CLOSED_WITH_SESSION_MS = 1_000
/** Time for which a socket rests between two sessions, in ms, until one to its origin has outlasted a session. */
export const SOCKET_REST_MS = 50
/** Time for which no socket to an origin serves a second session, in ms, after the server closed one with its session. */
export const NO_REUSE_MS = 60_000
/** Number of times that one request is sent again because the kept socket of a given `agent` was closed. */
export const MAX_REPEATS = 16

/** Time for which the server may hold a request, in s (XEP-0124 §7.1). */
export const WAIT_S = 10
/** Number of requests that the server may hold (XEP-0124 §7.1). */
export const HOLD = 1
/** Number of times that one session is created anew because the server lost it while creating it (ejabberd: bans). */
export const MAX_REPEATED_CREATIONS = 4
/** Number of empty replies that are followed by another request while one answer is due (XEP-0206 §4). */
export const MAX_EMPTY_POLLS = 3
/** Pause between two empty requests if the first was answered at once, in ms (XEP-0124 §11). */
export const POLL_PAUSE_MS = 250
/** Time within which an empty request counts as answered at once, in ms. */
export const AT_ONCE_MS = 1_000
/** Longest pause that a server's `polling` attribute can impose, in s (XEP-0124 §12). */
export const MAX_POLLING_S = 5
/** Number of requests of one session, without the terminate: seven answers, each one request late, and two repeats. */
export const MAX_EXCHANGES = 16
/** Deadline of the terminate from the moment it has a socket, in ms. The visitor does not wait for it. */
export const TERMINATE_TIMEOUT_MS = 2_000
/** Length of a sid, in characters. */
export const MAX_SID_LENGTH = 256

/** Time for which the server may hold a request of a standing session, in s: proxies give up after 60 s. */
export const STANDING_WAIT_S = 45
/** Longest such time that a server can grant, in s. */
export const MAX_STANDING_WAIT_S = 120
/** Time past the granted one after which a held request is given up, in ms. Prosody holds a little longer than agreed. */
export const HELD_GRACE_MS = 10_000
/** Least age of a held request, in ms, when the next one is sent beside it: it has to arrive first. */
export const SEND_GAP_MS = 20
/** Largest such age, in ms, on a slow connection. */
export const MAX_SEND_GAP_MS = 1_000
/** Time, beside that of SHAPED_BYTES_PER_S, for the receipt of what was sent beside a held request, in ms. */
export const RECEIPT_MS = 2_000
/** Rate at which a server takes the stanzas of an account that it slows down, in bytes/s (ejabberd, as it comes). */
export const SHAPED_BYTES_PER_S = 3_000
/** Time after which a request that carries stanzas and is not answered is followed by an empty one, in ms. */
export const RECEIPT_POLL_MS = 1_000
/** Time for which a request of a standing session waits for its socket, in ms. */
export const SOCKET_WAIT_MS = 5_000
/** Size of the stanzas that leave together, in bytes: servers shape larger bodies. A larger stanza leaves alone. */
export const MAX_STANDING_BODY_BYTES = 4_096
/** Depth of nested elements in one reply of a standing session: strangers write stanzas for it. */
export const MAX_STANDING_XML_DEPTH = 64
/** Number of elements in one reply of a standing session: all kept messages, or 20,000 members of a room, come at once. */
export const MAX_STANDING_XML_ELEMENTS = 20_100
/** Number of unreadable replies in a row of a standing session after which it pauses. */
export const UNREADABLE_AT_ONCE = 3
/** Pause after each further one, in ms. */
export const UNREADABLE_PAUSE_MS = 1_000
/** Number of unreadable replies in a row after which a standing session is given up. */
export const MAX_UNREADABLE = 16

/** Number of stanzas that a service account keeps until the server has them. */
export const MAX_UNSENT = 1_000
/** Size of these stanzas, in bytes. */
export const MAX_UNSENT_BYTES = 1_048_576
/** Time for which a stanza waits until the service account is online, in ms. */
export const MAX_UNSENT_MS = 60_000
/** Number of unsent stanzas from which a service account leaves the requests of others unanswered. */
export const MAX_UNSENT_ANSWERS = 100
/** Length of the id of such a request, in characters. */
export const MAX_ANSWERED_ID_LENGTH = 256
/** Number of own requests of a service account that are not answered yet. */
export const MAX_ASKED = 100
/** Second delay before a service account logs in again, in ms. The first is 0, each further one is twice as long. */
export const RECONNECT_MS = 250
/** Longest such delay, in ms; also the delay after the server refused the account. */
export const MAX_RECONNECT_MS = 30_000
/** Share of a delay by which it is longer or shorter at random. */
export const RECONNECT_JITTER_SHARE = 1 / 4
/** Time online after which the delays begin anew, in ms. */
export const STEADY_MS = 60_000
/** Number of sessions that end by `conflict` within a minute before the account counts as refused. */
export const MAX_CONFLICTS = 3
/** Time in which they count, in ms. */
export const CONFLICT_WINDOW_MS = 60_000
/** Number of logins in a row with one fault of the configuration before `ready()` reports it: a server may be starting. */
export const MAX_SETUP_FAULTS = 3
/** Length of option `nickname`, in characters. */
export const MAX_NICKNAME_LENGTH = 64

/** Number of roles in one option. */
export const MAX_ROLES = 16
/** Number of owners of one room that an option can name. */
export const MAX_ROLE_OWNERS = 16
/** Size of the questions about all rooms of an option, in bytes: ejabberd, as it comes, slows down larger bodies. */
export const MAX_ROLE_QUESTION_BYTES = 16_000
/** Size of the questions about one room without its JID, in bytes. */
export const ROOM_QUESTION_BYTES = 680
/** Size of the answers about the rooms of roles, in bytes. */
export const MAX_ROLE_BYTES = 1_048_576
/** Time for the answers about the rooms of roles and about the profile, in ms. */
export const ASK_MS = 2_000
/** Time before the deadline of the login (`timeout`) at which these questions are given up, in ms. */
export const ASK_MARGIN_MS = 100
/**
 * Pause before a further request for answers that are still due, in ms: ejabberd sends the first answer alone, and the
 * others come meanwhile.
 */
export const ANSWERS_PAUSE_MS = 10
/** Size of the id of a question before base64, in bytes. */
export const QUESTION_ID_BYTES = 16
/** Number of elements in an answer about a room: 20,000 members and what is around them. */
export const MAX_ROLE_XML_ELEMENTS = 20_010
/** Number of elements in one reply with such answers. */
export const MAX_ROLE_REPLY_ELEMENTS = 40_000
/** Size of a vCard that is read, in bytes, with its photo in base64. */
export const MAX_VCARD_BYTES = 65_536

/** Depth of nested elements in one reply. */
export const MAX_XML_DEPTH = 16
/** Number of elements in one reply. */
export const MAX_XML_ELEMENTS = 2_000
/** Number of attributes of one element. */
export const MAX_XML_ATTRIBUTES = 32
/** Length of the name of an element or attribute, in characters. */
export const MAX_XML_NAME_LENGTH = 128
/** Length of the start tag of a reply that is read child by child, in characters. */
export const MAX_ROOT_TAG_LENGTH = 4_096
/** Length of the value of an attribute, in characters. */
export const MAX_XML_ATTRIBUTE_LENGTH = 8_192

/** Number of mechanism names in one offer that are looked at. */
export const MAX_MECHANISMS = 64
/** Number of challenges in one login. */
export const MAX_CHALLENGES = 4
/** Size of a decoded SASL payload, in bytes. */
export const MAX_SASL_PAYLOAD_BYTES = 8_192
/** Fewest iterations of PBKDF2 by default (`minIterations`, RFC 5802 §5.1). */
export const MIN_ITERATIONS = 4_096
/** Most iterations of PBKDF2 by default (`maxIterations`). */
export const MAX_ITERATIONS = 100_000
/** Largest accepted `minIterations` and `maxIterations`. */
export const MAX_ITERATIONS_TOP = 1_000_000
/** Number of key derivations at a time in this process: half of libuv's threads. */
export const MAX_DERIVATIONS = 2
/** Size of a decoded SCRAM salt, in bytes. */
export const MAX_SALT_BYTES = 1_024
/** Length of a SCRAM nonce, in characters. */
export const MAX_NONCE_LENGTH = 1_024
/** Size of the client's own SCRAM nonce before base64, in bytes. */
export const NONCE_BYTES = 24

/** Size of each part of a JID, in bytes (RFC 7622 §3). */
export const MAX_JID_PART_BYTES = 1_023
/** Length of a part of a JID as it is typed or received, in UTF-16 code units: letters and their accents may be apart. */
export const MAX_TYPED_PART_LENGTH = 2_047
/** Size of the longest user name with which the server is asked, in bytes (`maxUsernameBytes`). */
export const MAX_USERNAME_BYTES = 1_023
/** Size of a domain written in A-labels, in bytes. */
export const MAX_DOMAIN_BYTES = 253
/** Size of a typed password, in bytes. */
export const MAX_PASSWORD_BYTES = 1_024

/** Number of logins in flight (`maxConcurrent`). */
export const MAX_CONCURRENT = 50
/** Number of logins that wait for a slot (`maxQueue`). */
export const MAX_QUEUE = 200
/** Number of characters of a visitor's key (`LoginContext.key`) that are compared. An IPv6 address has up to 45. */
export const MAX_KEY_LENGTH = 64
/** Largest accepted `maxConcurrent` and `maxQueue`. */
export const MAX_CONCURRENT_TOP = 100_000
/** Least time from the start of a login to its refusal, in ms, without the waits in our own queues (`failureDelay`). */
export const FAILURE_DELAY_MS = 300
/** Largest accepted `failureDelay`, in ms. */
export const MAX_FAILURE_DELAY_MS = 10_000
/** Number of refusals that wait for their time at once; beyond it, one of the key that has most is ERR_XMPP_BUSY. */
export const MAX_DELAYED_FAILURES = 1_000
/** Least time for which the slowest login or refusal counts as lately seen, in ms, until newer logins replace it. */
export const LEVEL_WINDOW_MS = 30_000
/** Longest time for which it counts if none do, in ms; the least is half of it. */
export const LEVEL_LIFETIME_MS = 3_600_000
/** Largest random addition to the delay of a refusal, as a share of the delay. */
export const FAILURE_JITTER_SHARE = 1 / 8
/** Iterations of the derivation for an unknown name, before the server has sent a count. */
export const UNSEEN_ITERATIONS = 10_000
/** Size of the salt of that derivation, in bytes: the size that servers send. */
export const UNSENT_SALT_BYTES = 16
/** Time for which a ban (policy-violation) is answered without asking the server again, in ms. */
export const BAN_MS = 30_000
/** Number of bans that are remembered. */
export const MAX_BANS = 1_000

/** Number of fields in a registration form. */
export const MAX_FORM_FIELDS = 32
/** Length at which a label or the instructions of a form are cut off, in characters. */
export const MAX_FORM_TEXT_LENGTH = 1_000
/** Length of the value of a form field, in characters: typed by the visitor, or hidden and sent by the server. */
export const MAX_FORM_VALUE_LENGTH = 1_024
/** Length of a localpart up to which every known server stores it, in characters (Openfire: a column of 64). */
export const ORDINARY_NAME_LENGTH = 64
/** Length of another value up to which every known server stores it, in characters (Openfire: 100 for an e-mail). */
export const ORDINARY_VALUE_LENGTH = 100
/** Length of the `https:` address of a captcha's picture, in characters. */
export const MAX_CAPTCHA_URL_LENGTH = 2_048
/** Number of hosts in option `captchaHosts`. */
export const MAX_CAPTCHA_HOSTS = 16
/** Lifetime of a captcha, in ms. ejabberd keeps a challenge for 120 s; 5 s are left for the requests. */
export const CAPTCHA_LIFETIME_MS = 115_000
/** Time for which `verify` may still call `done` after its promise resolved to nothing, in ms. */
export const VERIFY_DONE_MS = 15_000
/** Length of the id of a started request in the app's session, in characters. */
export const MAX_REQUEST_ID_LENGTH = 64
/** Number of cancelled requests of which one strategy remembers that they were cancelled. */
export const MAX_CANCELLED = 1_000
/** Length of an unknown option's name for which a similar one is looked for, in characters. */
export const MAX_SIMILAR_NAME_LENGTH = 40
/** Length at which a line of the trace is cut off, in characters. */
export const MAX_TRACE_LINE_LENGTH = 2_000
/** Number of lines that one trace prints. */
export const MAX_TRACE_LINES = 10_000
