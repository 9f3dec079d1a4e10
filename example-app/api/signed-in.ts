import type { Request, RequestHandler } from 'express'
import { Problem } from './problems'

export const onlySignedIn: RequestHandler = (req, _res, next) =>
  next(req.user ? undefined : new Problem(401, 'not-signed-in', 'You are not signed in.'))

/** Who is signed in, for programs. */
export function signedIn({ user, session: { login } }: Request) {
  if (!user || !login) throw new Error('nobody is signed in')
  const { jid, username, domain } = user
  return { jid, username, domain, mechanism: login.mechanism, since: new Date(login.since).toISOString() }
}
