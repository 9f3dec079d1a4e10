/**
 * Ends all sessions of an account. Revocations are numbered, and a login remembers the latest number when it began: every
 * later revocation of its account ends it, even if the session is saved only then. Changing the password, signing out
 * everywhere and removing an account use it. A single session is ended through the sessions of its account.
 */
export interface Revocations {
  /** Returns the number of the latest revocation, for a login that begins now. */
  latest(): Promise<number>
  /** Returns the number of the last revocation of an account, or a higher one; 0 if none matters any more. */
  lastRevocation(jid: string): Promise<number>
  /** Revokes all sessions that an account has so far. Returns the number of this revocation. */
  revoke(jid: string): Promise<number>
}
