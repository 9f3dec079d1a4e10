import type { RequestHandler } from 'express'
import session from 'express-session'
import createMemoryStore from 'memorystore'
import type { Asked, SignIn } from './openid-connect'

/** Sessions that this program keeps at a time. */
const MAX_SESSIONS = 1_000
/** ms after the last request */
const IDLE_MS = 60 * 60 * 1000
/** ms between two removals of expired sessions */
const SWEEP_MS = 10 * 60 * 1000

declare module 'express-session' {
  interface SessionData {
    /** the sign-in that is under way, of the demo's relying party */
    asked?: Asked
    signIn?: SignIn
    /** the session that the provider ends, in an entry that is not of a browser */
    sessionId?: string
  }
}

/** The sessions of this program, which are not those of the provider. */
export interface Sessions {
  readonly handler: RequestHandler
  /** Notes which session of the provider belongs to that of a request. */
  remember(req: Parameters<RequestHandler>[0], sid: string): void
  /** Ends the session that belongs to one of the provider. */
  end(sid: string): Promise<void>
  close(): void
}

/** @param secret signs the cookie */
export function createSessions(secret: string): Sessions {
  const MemoryStore = createMemoryStore(session)
  const store = new MemoryStore({ max: 2 * MAX_SESSIONS, ttl: IDLE_MS, checkPeriod: SWEEP_MS })
  const keyOf = (sid: string) => `sid:${sid}`
  return {
    handler: session({
      store,
      secret,
      // Not the name of the provider's: cookies of one host belong to all its ports.
      name: 'demo-app',
      resave: false,
      saveUninitialized: false,
      cookie: { httpOnly: true, sameSite: 'lax' },
    }),
    remember({ session: { cookie }, sessionID: sessionId }, sid) {
      store.set(keyOf(sid), { cookie, sessionId })
    },
    end: sid =>
      new Promise((resolve, reject) => {
        store.get(keyOf(sid), (_error, known) => {
          if (!known) return resolve()
          store.destroy(keyOf(sid))
          store.destroy(String(known.sessionId), (error?: unknown) => (error ? reject(error) : resolve()))
        })
      }),
    close: () => store.stopInterval(),
  }
}
