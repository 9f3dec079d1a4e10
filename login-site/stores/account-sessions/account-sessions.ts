/**
 * The signed-in sessions of each account. A session that is not among them is not signed in, even if the session store has
 * it: a slow request that saves a session again after its end does not revive it.
 */
export interface AccountSessions {
  /**
   * Adds a session. Returns the ids of those that had to go for it: the sessions of the same account that were used least
   * recently.
   */
  add(jid: string, sid: string, now: number): Promise<string[]>
  /** Adds a session in place of an earlier one of the same account in the same browser. Returns the same as `add`. */
  replace(jid: string, earlier: string, sid: string, now: number): Promise<string[]>
  /** Tells if a session is among those of its account, and notes that it was used. */
  seen(jid: string, sid: string, now: number): Promise<boolean>
  list(jid: string): Promise<AccountSession[]>
  /** Removes a session. Resolves to false if it was removed before. */
  remove(jid: string, sid: string): Promise<boolean>
  removeAll(jid: string): Promise<void>
}

/** A signed-in session. */
export interface AccountSession {
  readonly sid: string
  /** ms since 1970; up to {@link SEEN_STEP_MS} before the last request */
  readonly lastSeen: number
}

/** Sessions that one account can have at a time */
export const MAX_SESSIONS_PER_ACCOUNT = 50

/** ms. The time of the last use is written no more often. */
export const SEEN_STEP_MS = 60 * 1000
