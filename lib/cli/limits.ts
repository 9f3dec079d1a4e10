/** Bounds of the command, with their units; those of the checks stand in `../doctor/limits.ts`. */

/** ms for a password to be typed, or to arrive on standard input. */
export const PASSWORD_MS = 120_000
/** bytes of a file given by `--ca`. */
export const MAX_CA_BYTES = 1_048_576
/** columns of the report. */
export const COLUMNS = 100
