/** Bounds of the checks, with their units; those of the library stand in `../limits.ts`. */

/** ms for all checks together. */
export const CHECK_MS = 30_000
/** ms for one session of a check. */
export const SESSION_MS = 10_000
/** ms. Opening a session should not take longer: every login does it. */
export const SLOW_MS = 1_000
/** registration forms that are asked for in the name of one visitor. */
export const MAX_FORMS = 15
