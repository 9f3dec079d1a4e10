import type { Request, RequestHandler } from 'express'
import type { Profile } from 'passport-xmpp-bosh'
import { MAX_SESSION_AGE_MS, type Revocations } from '../stores/revocations'
import { goTo } from './go-to'
import { leaveNotice } from './notice'
import { type SessionCookie, saveSession } from './session-cookie'

/** The login that a session belongs to, as the session store keeps it. */
export interface Login {
  /** SASL mechanism that verified the password */
  readonly mechanism: string
  /** ms since 1970 */
  readonly since: number
  /**
   * Number of the latest revocation when the login began, before its password was verified. Sessions that are stored
   * already have it under this name.
   */
  readonly generation: number
}

declare global {
  namespace Express {
    // The type of `req.user`. If your users are in a database, name their type here.
    interface User extends Profile {}
  }
}

declare module 'express-session' {
  interface SessionData {
    login?: Login
  }
}

/** Signs the visitor in. Begins a new session, which makes a planted session id worthless. */
export async function signIn(
  req: Request,
  user: Express.User,
  { mechanism, revocation }: { readonly mechanism: string; readonly revocation: number },
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    req.logIn(user, failed => (failed ? reject(failed) : resolve()))
  })
  req.session.login = { mechanism, since: Date.now(), generation: revocation }
  // The browser may request the next page before the end of this answer saves the session.
  await saveSession(req)
}

/** Ends a session that is too old or was revoked, before a page is made with it. */
export function endRevokedSessions(revocations: Revocations): RequestHandler {
  return async (req, _res, next) => {
    const { user, session } = req
    if (!user) return next()
    const { login } = session
    const isOld = !login || Date.now() - login.since >= MAX_SESSION_AGE_MS
    const revoked = isOld
      ? []
      : await Promise.all([user.jid, sessionKey(req)].map(of => revocations.lastRevocation(of)))
    if (!isOld && revoked.every(number => number <= login.generation)) return next()
    await logOut(req)
    await leaveNotice(req, SESSION_OVER)
    next()
  }
}

/** Returns the name of the request's session in {@link Revocations}. A JID never has this form. */
export function sessionKey({ sessionID }: Request): string {
  return `session:${sessionID}`
}

const SESSION_OVER = { page: '/login', message: { code: 'session-over' } } as const

/** Requires a signed-in visitor for a page. Sends others to the login page, and tells them if their session has ended. */
export function requireSignedIn({ name }: SessionCookie, page: string): RequestHandler {
  return async (req, res, next) => {
    if (req.user) return next()
    // The cookie is of a session that the store has forgotten: a known session is not empty.
    const isForgotten = req.headers.cookie?.includes(`${name}=`) && Object.keys(req.session).join() === 'cookie'
    if (isForgotten) await leaveNotice(req, SESSION_OVER)
    goTo(res, `/login?${new URLSearchParams({ returnTo: page })}`)
  }
}

/** Logs the visitor out. Leaves an empty session. */
export function logOut(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.logout(failed => (failed ? reject(failed) : resolve()))
  })
}
