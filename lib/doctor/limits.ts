/** Bounds of the checks, with their units. The bounds of the library are in `../limits.ts`. */

/** ms for all checks together. */
export const CHECK_MS = 30_000
/** ms for one session of a check. */
export const SESSION_MS = 10_000
/** ms that opening a session may take without a warning: every login opens one. */
export const SLOW_MS = 1_000
/** ms until a request waits at the server, and until a connection that the server closes with a session is closed. */
export const SENDING_MS = 20
export const CLOSING_MS = 60
/** ms that the server has to release the request of a session that ended. */
export const RELEASE_MS = 1_000
/** registration forms requested in the name of one visitor. */
export const MAX_FORMS = 15
