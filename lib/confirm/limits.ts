/** Every bound of the sign-in without a password, with its unit: the defaults and limits of options stand here, too. */

/** Time for which a request to sign in without a password waits, in ms (`lifetime`). The slowest bounce took 120 s. */
export const CONFIRM_LIFETIME_MS = 180_000
/** Least accepted `lifetime`, in ms. */
export const MIN_CONFIRM_LIFETIME_MS = 30_000
/** Largest accepted `lifetime`, in ms. */
export const MAX_CONFIRM_LIFETIME_MS = 900_000
/** Number of questions to one JID in a window (`asks.perJid`). */
export const ASKS_PER_JID = 3
/** Largest accepted `asks.perJid`. */
export const MAX_ASKS_PER_JID = 100
/** Number of questions to one other domain in a window (`asks.perDomain`). */
export const ASKS_PER_DOMAIN = 60
/** Largest accepted `asks.perDomain`. */
export const MAX_ASKS_PER_DOMAIN = 100_000
/** Number of questions to other domains that one visitor causes in a window. */
export const ASKS_PER_VISITOR = 20
/** Number of questions to the domain of the service account that one visitor causes in a window: an office is one address. */
export const OWN_ASKS_PER_VISITOR = 500
/** Length of the window of these four, in ms (`asks.window`). */
export const ASKS_WINDOW_MS = 600_000
/** Least accepted `asks.window`, in ms. */
export const MIN_ASKS_WINDOW_MS = 60_000
/** Largest accepted `asks.window`, in ms. */
export const MAX_ASKS_WINDOW_MS = 86_400_000
/** Number of requests that one store in memory holds (`maxWaiting`). */
export const MAX_WAITING = 1_000
/** Largest accepted `maxWaiting`. */
export const MAX_WAITING_TOP = 100_000
/** Number of marks, and of counters, that one store in memory holds. */
export const MAX_NOTES = 100_000
/** Number of answerable requests of one JID that wait. */
export const MAX_ANSWERABLE = 3
/** Number of requests of one visitor that wait. */
export const MAX_WAITING_OF_VISITOR = 10
/** Number of pages of one request that are held at a time; one more releases the oldest. */
export const MAX_HELD = 16
/** Longest time for which a page is held, in ms. */
export const MAX_HOLD_MS = 60_000
/** Time for which the start of a request waits for the service account to be online, in ms. */
export const ACCOUNT_WAIT_MS = 5_000
/** Number of numbers that are drawn for one request, while those drawn before are taken. */
export const MAX_DRAWS = 20
/** Size of the id of a request and of the nonce of a dialog, in bytes. */
export const CONFIRM_ID_BYTES = 16
/** Length of the place of a visitor in chat messages, in characters. */
export const MAX_PLACE_LENGTH = 80
/** Length of the name of the site, in characters (`site`). */
export const MAX_SITE_LENGTH = 80
/** Length of a language tag, in characters (RFC 5646 §4.4.1). */
export const MAX_LANGUAGE_LENGTH = 35
/** Length up to which the text of a chat message is read, in characters. */
export const MAX_ANSWER_LENGTH = 1_000
/**
 * Number of chat messages that are worked on at a time: of the own domain, and as many of all others together. Further ones
 * are dropped.
 */
export const MAX_ANSWERS = 1_000
/** Number of chat messages of one other domain that are worked on at a time; further ones are dropped. */
export const MAX_ANSWERS_OF_DOMAIN = 100
/** Number of chat messages of one sender that are worked on or wait for it; further ones are dropped. */
export const MAX_ANSWERS_OF_SENDER = 16
/** Time for which a chat message that arrives again is dropped, in ms. ejabberd gives some again after 30 s. */
export const REPEAT_MS = 60_000
/** Time for which a JID is not asked after a "no" or a wrong number, in ms. */
export const QUIET_MS = 900_000
/** Time for which a JID is not asked after STOP, in ms. */
export const STOP_MS = 86_400_000
/** Time after a sign-in for which STOP of the account counts without a limit, in ms: sessions may last as long. */
export const KNOWN_MS = 2_592_000_000
/** Time after the end of a request for which the account is answered whatever it writes, in ms. */
export const RECENT_MS = 300_000
/** Time between two texts of help to one JID, in ms. */
export const HELP_MS = 60_000
/** Time between two notes on encryption to a JID for which nothing waits, in ms. */
export const UNASKED_HELP_MS = 3_600_000
/** Number of wrong codes of one JID after which it is not answered. */
export const MAX_WRONG_CODES = 5
/** Time in which wrong codes are counted, and for which a JID is not answered after too many, in ms. */
export const WRONG_CODES_MS = 600_000
/** Time for which the answer to STOP waits for `onStop`, in ms. */
export const STOP_WAIT_MS = 10_000
