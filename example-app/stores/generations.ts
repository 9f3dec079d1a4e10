/**
 * Sessions of an account belong to a generation. When it ends, they all do: that is how somebody signs out everywhere,
 * and how a removed account takes its sessions with it.
 */
export interface Generations {
  /** The generation a login of now belongs to. */
  current(jid: string): Promise<number>
  /** Ends the sessions of an account. */
  end(jid: string): Promise<void>
}

/** ms. A signed-in session lasts no longer than this, whatever its visitor does: the account may be gone meanwhile. */
export const MAX_SESSION_AGE_MS = 24 * 60 * 60 * 1000

/** ms. A session nobody asks for is forgotten after this. */
export const MAX_IDLE_MS = 8 * 60 * 60 * 1000

/** ms. A generation is remembered for longer than any session of it lives; forgotten, it begins at 0 again. */
export const GENERATION_TTL_MS = 2 * MAX_SESSION_AGE_MS
