import type { SessionData, Store } from 'express-session'

/** Reads a session from the session store. */
export function loadSession(sessions: Store, sid: string): Promise<SessionData | undefined> {
  return new Promise((resolve, reject) => {
    sessions.get(sid, (failed, data) => (failed ? reject(failed) : resolve(data ?? undefined)))
  })
}

/** Removes a session from the session store. */
export function destroySession(sessions: Store, sid: string): Promise<void> {
  return new Promise((resolve, reject) => {
    sessions.destroy(sid, failed => (failed ? reject(failed) : resolve()))
  })
}
