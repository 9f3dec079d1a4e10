/** Bounds of the command line, with their units; those of what it calls stand in `../limits.ts`. */

/** ms for all checks together. */
export const CHECK_MS = 30_000
/** ms for one session of a check. */
export const SESSION_MS = 10_000
/** ms. Opening a session should not take longer: every login does it. */
export const SLOW_MS = 1_000
/** registration forms that are asked for in the name of one visitor. */
export const MAX_FORMS = 15
/** ms for a password to be typed, or to arrive on standard input. */
export const PASSWORD_MS = 120_000
/** bytes of a file given by `--ca`. */
export const MAX_CA_BYTES = 1_048_576
/** columns of the report. */
export const COLUMNS = 100
