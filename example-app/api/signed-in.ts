import type { Request, RequestHandler } from 'express'
import type { AboutVisitor } from 'passport-xmpp-bosh-login-site/sessions/about'
import { Problem } from './problems'

export const requireSignedIn: RequestHandler = (req, _res, next) =>
  next(req.user ? undefined : new Problem(401, 'not-signed-in', 'You are not signed in.'))

/** Describes the signed-in account to a program. */
export async function signedInAccount(req: Request, about: AboutVisitor) {
  const { user, session } = req
  if (!user || !session.login) throw new Error('the visitor is not signed in')
  const { jid, username, domain } = user
  const { mechanism, since } = session.login
  const { name, roles } = await about(req)
  return {
    jid,
    username,
    domain,
    mechanism,
    since: new Date(since).toISOString(),
    ...(name !== undefined && { name }),
    ...(roles && { roles }),
  }
}
