/** Bounds of the command, with their units. The bounds of the checks are in `../doctor/limits.ts`. */

/** ms to type a password, or for it to arrive on standard input. */
export const PASSWORD_MS = 120_000
/** bytes of the file of `--ca`. */
export const MAX_CA_BYTES = 1_048_576
/** columns of the report. */
export const COLUMNS = 100
