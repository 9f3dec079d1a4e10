import type { Request, Response } from 'express'
import type { Revocations } from '../stores/revocations'
import type { SessionCookie } from './session-cookie'
import { logOut, sessionKey } from './signed-in'

/** Signs the visitor out, and removes the session and its cookie. */
export type SignOut = (req: Request, res: Response) => Promise<void>

export function createSignOut({ name, attributes }: SessionCookie, revocations: Revocations): SignOut {
  return async (req, res) => {
    // A request still in progress may have read the session, and saves it again afterwards.
    await revocations.revoke(sessionKey(req))
    await logOut(req)
    await new Promise<void>((resolve, reject) => {
      req.session.destroy(failed => (failed ? reject(failed) : resolve()))
    })
    res.clearCookie(name, attributes)
  }
}
