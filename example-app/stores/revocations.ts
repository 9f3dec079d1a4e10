/**
 * Ends sessions from elsewhere. Revocations are numbered, and a login remembers the latest number when it began: every
 * later revocation of its account or its session ends it. Signing out everywhere and removing an account use it. A revoked
 * session stays ended even if a slow request saves it again.
 */
export interface Revocations {
  /** Returns the number of the latest revocation, for a login that begins now. */
  latest(): Promise<number>
  /** Returns the number of the last revocation of an account or a session, or a higher one; 0 if none matters any more. */
  lastRevocation(of: string): Promise<number>
  /** Revokes all sessions that an account (by its JID) has so far, or one session. Returns the number of this revocation. */
  revoke(of: string): Promise<number>
}

/** ms. Longest time that a visitor stays signed in, however active: the account may have been removed meanwhile. */
export const MAX_SESSION_AGE_MS = 24 * 60 * 60 * 1000

/** ms. An unused session is forgotten after this time. */
export const MAX_IDLE_MS = 8 * 60 * 60 * 1000

/** ms. The same for a session that is not signed in. Shorter, since a visitor can begin any number of them. */
export const MAX_FORM_IDLE_MS = 2 * 60 * 60 * 1000

/** ms. A revocation is remembered for longer than any session that it ended can live. */
export const REVOCATION_TTL_MS = 2 * MAX_SESSION_AGE_MS
