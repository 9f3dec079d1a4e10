import type { Request, Response } from 'express'
import type { SessionCookie } from './session-cookie'
import { logOut, type SessionStores } from './signed-in'

/** Signs the visitor out, and removes the session and its cookie. */
export type SignOut = (req: Request, res: Response) => Promise<void>

export function createSignOut({ name, attributes }: SessionCookie, stores: SessionStores): SignOut {
  return async (req, res) => {
    // First: a request still in progress may have read the session, and saves it again afterwards.
    if (req.user) await stores.accountSessions.remove(req.user.jid, req.sessionID)
    await logOut(req)
    await new Promise<void>((resolve, reject) => {
      req.session.destroy(failed => (failed ? reject(failed) : resolve()))
    })
    res.clearCookie(name, attributes)
  }
}
