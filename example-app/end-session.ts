import type { Request, Response } from 'express'
import type { SessionCookie } from './sessions'
import { signOut } from './signed-in'

/** Signs the visitor out, and leaves neither a session nor its cookie behind. */
export async function endSession(req: Request, res: Response, { name, attributes }: SessionCookie): Promise<void> {
  await signOut(req)
  await new Promise<void>((resolve, reject) => {
    req.session.destroy(failed => (failed ? reject(failed) : resolve()))
  })
  res.clearCookie(name, attributes)
}
