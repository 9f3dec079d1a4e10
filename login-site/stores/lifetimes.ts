/** Time that a signed-in session can last. */
export interface Lifetime {
  /** ms. An unused session is forgotten after this time. */
  readonly idleMs: number
  /** ms. Longest time that a visitor stays signed in, however active: the account may have been removed meanwhile. */
  readonly ageMs: number
}

const HOUR_MS = 60 * 60 * 1000
const DAY_MS = 24 * HOUR_MS

const USUAL: Lifetime = { idleMs: 8 * HOUR_MS, ageMs: DAY_MS }
/** for a visitor who chose to stay signed in */
const STAYING: Lifetime = { idleMs: 14 * DAY_MS, ageMs: 30 * DAY_MS }

/** ms */
export const LONGEST_SESSION_MS = Math.max(USUAL.ageMs, STAYING.ageMs)

/** ms. A revocation is remembered for longer than any session that it ended can live. */
export const REVOCATION_TTL_MS = LONGEST_SESSION_MS + DAY_MS

export function lifetimeOf(login: { readonly stay?: boolean | undefined } | undefined): Lifetime {
  return login?.stay ? STAYING : USUAL
}
