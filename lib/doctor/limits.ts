/** Bounds of the checks, with their units. The bounds of the library are in `../limits.ts`. */

/** ms for all checks together. */
export const CHECK_MS = 30_000
/** ms for one session of a check. */
export const SESSION_MS = 10_000
/** ms until the service account is online. */
export const ACCOUNT_MS = 15_000
/** ms until a message of the service account to itself arrives. */
export const HEAR_MS = 5_000
/** messages that the service account sends itself at once, and characters of each: those of a question and its elements. */
export const AT_ONCE = 40
export const QUESTION_LENGTH = 500
/** ms that all of them may take without a warning, and after which the check gives up. */
export const AT_ONCE_MS = 1_000
export const SLOWEST_MS = 15_000
/** ms until another server answers: a server that takes a connection and is silent is given up later than this. */
export const OTHER_SERVER_MS = 30_000
/** ms for a person to answer the question of --ask, and of one look for the answer. */
export const ASK_MS = 60_000
export const HOLD_MS = 20_000
/** ms for the answers about all rooms of roles: a login waits for less. */
export const ROLES_MS = 8_000
/** ms that opening a session may take without a warning: every login opens one. */
export const SLOW_MS = 1_000
/** ms until a request waits at the server, and until a connection that the server closes with a session is closed. */
export const SENDING_MS = 20
export const CLOSING_MS = 60
/** ms that the server has to release the request of a session that ended. */
export const RELEASE_MS = 1_000
/** registration forms requested in the name of one visitor. */
export const MAX_FORMS = 15
