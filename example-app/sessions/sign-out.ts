import type { Request, Response } from 'express'
import type { Generations } from '../stores/revocations'
import type { SessionCookie } from './session-cookie'
import { sessionOf, signOut } from './signed-in'

/** Signs the visitor out, and leaves neither a session nor its cookie behind. */
export type EndSession = (req: Request, res: Response) => Promise<void>

export function sessionEnd({ name, attributes }: SessionCookie, generations: Generations): EndSession {
  return async (req, res) => {
    // A request that is still under way may have read the session, and will save it again.
    await generations.end(sessionOf(req))
    await signOut(req)
    await new Promise<void>((resolve, reject) => {
      req.session.destroy(failed => (failed ? reject(failed) : resolve()))
    })
    res.clearCookie(name, attributes)
  }
}
