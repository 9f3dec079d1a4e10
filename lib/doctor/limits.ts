/** Bounds of the checks, with their units. The bounds of the library are in `../limits.ts`. */

/** ms for all checks together. */
export const CHECK_MS = 30_000
/** ms for one session of a check. */
export const SESSION_MS = 10_000
/** ms that opening a session may take without a warning: every login opens one. */
export const SLOW_MS = 1_000
/** registration forms requested in the name of one visitor. */
export const MAX_FORMS = 15
