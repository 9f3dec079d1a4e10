import { createHmac } from 'node:crypto'
import type { Request } from 'express'
import { keyFor } from '../protection/keys'
import type { SessionStores } from './signed-in'
import { destroySession, loadSession } from './stored'

/** A session of the signed-in account, as its pages show it. */
export interface OwnSession {
  /** names the session in a form; the id, which would let its holder in, cannot be computed from it */
  readonly handle: string
  /** the browser and its system; empty if unknown */
  readonly browser: string
  /** time of the login */
  readonly since: Date
  readonly lastSeen: Date
  /** the session of the request */
  readonly isThis: boolean
}

/** The sessions of the signed-in account. Every function requires a signed-in visitor. */
export interface OwnSessions {
  /** Lists the sessions: this one first, then by their last use. */
  list(req: Request): Promise<OwnSession[]>
  isThis(req: Request, handle: unknown): boolean
  /** Ends a session. Resolves to false if it has ended before. */
  end(req: Request, handle: unknown): Promise<boolean>
}

export function createOwnSessions(stores: SessionStores, secret: string): OwnSessions {
  const key = keyFor('session handle', secret)
  const handleOf = (sid: string) => createHmac('sha256', key).update(sid).digest('base64url')
  return {
    async list(req) {
      const jid = jidOf(req)
      const [known, revoked] = await Promise.all([
        stores.accountSessions.list(jid),
        stores.revocations.lastRevocation(jid),
      ])
      const found = await Promise.all(
        known.map(async ({ sid, lastSeen }): Promise<OwnSession[]> => {
          const { login } = (await loadSession(stores.sessions, sid)) ?? {}
          // Forgotten by the session store after some idle time, or revoked.
          if (!login || login.generation < revoked) return []
          const { browser, since } = login
          const isThis = sid === req.sessionID
          return [{ handle: handleOf(sid), browser, since: new Date(since), lastSeen: new Date(lastSeen), isThis }]
        }),
      )
      return found.flat().sort((a, b) => Number(b.isThis) - Number(a.isThis) || +b.lastSeen - +a.lastSeen)
    },
    isThis: ({ sessionID }, handle) => handle === handleOf(sessionID),
    async end(req, handle) {
      const jid = jidOf(req)
      const found = (await stores.accountSessions.list(jid)).find(({ sid }) => handleOf(sid) === handle)
      if (!found || !(await stores.accountSessions.remove(jid, found.sid))) return false
      await destroySession(stores.sessions, found.sid)
      return true
    },
  }
}

function jidOf({ user }: Request): string {
  if (!user) throw new Error('the visitor is not signed in')
  return user.jid
}
