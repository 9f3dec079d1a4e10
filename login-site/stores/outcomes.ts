/**
 * Outcomes of submitted forms, for a form that arrives a second time. Each is stored under the identity of its form, which
 * cannot be computed from the content of the store.
 */
export interface Outcomes {
  /** Returns what is known about a form; `undefined` if it did not arrive yet. */
  find(identity: string): Promise<Known | undefined>
  /** Claims a form for the request that calls first. Returns `undefined` to it, and to others what is known. */
  claim(identity: string, visitor: string): Promise<Known | undefined>
  /** Stores the outcome of a claimed form. */
  settle(identity: string, outcome: string): Promise<void>
  /** Gives a claim back: the form may be submitted again. */
  release(identity: string): Promise<void>
}

/** `lost`: the process that claimed the form did not settle it in time. */
export type Known = { readonly state: 'running' | 'lost' } | { readonly state: 'settled'; readonly outcome: string }

/** Bounds of the store. When one is reached, the oldest outcome of the same visitor goes first. */
export interface OutcomeBounds {
  readonly perVisitor: number
  readonly overall: number
}

/** ms from the claim. Later, the form is refused as too old in most cases. */
export const OUTCOME_TTL_MS = 10 * 60 * 1000

/** ms. Longer than any action: an action makes two logins at most, with 15 s each. */
export const LEASE_MS = 40 * 1000

export const OUTCOME_BOUNDS: OutcomeBounds = { perVisitor: 200, overall: 20_000 }
