/**
 * Ends are counted, and a login remembers how many there were when it began: whatever ended later took it along. That is
 * how somebody signs out everywhere, how a removed account takes its sessions with it, and how a session stays ended that
 * a slow request saves once more.
 */
export interface Generations {
  /** How many ends there were so far: the generation of a login that begins now. */
  now(): Promise<number>
  /** The number of the last end of an account or a session, or a higher one; 0: none that matters any more. */
  lastEnd(of: string): Promise<number>
  /** Ends what began before now: all logins of an account (its JID), or one session. Returns the number of this end. */
  end(of: string): Promise<number>
}

/** ms. A signed-in session lasts no longer than this, whatever its visitor does: the account may be gone meanwhile. */
export const MAX_SESSION_AGE_MS = 24 * 60 * 60 * 1000

/** ms. A session nobody asks for is forgotten after this. */
export const MAX_IDLE_MS = 8 * 60 * 60 * 1000

/** ms. The same for one that nobody is signed in to: anybody can begin as many as he likes. */
export const MAX_FORM_IDLE_MS = 2 * 60 * 60 * 1000

/** ms. An end is remembered for longer than any session lives that it ended. */
export const END_TTL_MS = 2 * MAX_SESSION_AGE_MS
