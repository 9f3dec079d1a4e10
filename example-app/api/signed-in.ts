import type { Request, RequestHandler } from 'express'
import { Problem } from './problems'

export const requireSignedIn: RequestHandler = (req, _res, next) =>
  next(req.user ? undefined : new Problem(401, 'not-signed-in', 'You are not signed in.'))

/** Describes the signed-in account to a program. */
export function signedInAccount({ user, session: { login } }: Request) {
  if (!user || !login) throw new Error('the visitor is not signed in')
  const { jid, username, domain } = user
  return { jid, username, domain, mechanism: login.mechanism, since: new Date(login.since).toISOString() }
}
