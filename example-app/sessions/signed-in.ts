import type { Request, RequestHandler } from 'express'
import type { Profile } from 'passport-xmpp-bosh'
import { markSessionCleared } from '../protection/csrf'
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

/** A session, as {@link isOver} judges it. */
interface Signed {
  readonly jid: string
  readonly sid: string
  readonly login: Login | undefined
}

/** Tells if a session is too old or was revoked. */
export async function isOver(revocations: Revocations, { jid, sid, login }: Signed): Promise<boolean> {
  if (!login || Date.now() - login.since >= MAX_SESSION_AGE_MS) return true
  const revoked = await Promise.all([jid, keyOf(sid)].map(of => revocations.lastRevocation(of)))
  return revoked.some(number => number > login.generation)
}

/** Ends a session that is too old or was revoked, before a page is made with it. */
export function endRevokedSessions(revocations: Revocations, cookie: SessionCookie): RequestHandler {
  return async (req, _res, next) => {
    const { user, session, sessionID: sid } = req
    if (!user || !(await isOver(revocations, { jid: user.jid, sid, login: session.login }))) return next()
    await forgetSession(req, cookie)
    await leaveNotice(req, SESSION_OVER)
    next()
  }
}

/** Removes the session of a request from the store, and its cookie. The rest of the request is not signed in. */
export async function forgetSession(req: Request, { name, attributes }: SessionCookie): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    req.sessionStore.destroy(req.sessionID, failed => (failed ? reject(failed) : resolve()))
  })
  req.user = undefined
  if (!req.res) return
  req.res.clearCookie(name, attributes)
  markSessionCleared(req.res)
}

/** Returns the name of the request's session in {@link Revocations}. A JID never has this form. */
export function sessionKey({ sessionID }: Request): string {
  return keyOf(sessionID)
}

function keyOf(sid: string): string {
  return `session:${sid}`
}

/** Notice for a visitor whose session has ended. */
export const SESSION_OVER = { page: '/login', message: { code: 'session-over' } } as const

/** Requires a signed-in visitor for a page. Sends others to the login page, and tells them if their session has ended. */
export function requireSignedIn(cookie: SessionCookie, page: string): RequestHandler {
  return async (req, res, next) => {
    if (req.user) return next()
    // The cookie is of a session that the store has forgotten: a known session is not empty.
    const isForgotten = req.cookies[cookie.name] !== undefined && Object.keys(req.session).join() === 'cookie'
    if (isForgotten) {
      await forgetSession(req, cookie)
      await leaveNotice(req, SESSION_OVER)
    }
    goTo(res, `/login?${new URLSearchParams({ returnTo: page })}`)
  }
}

/** Logs the visitor out. Leaves an empty session. */
export function logOut(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.logout(failed => (failed ? reject(failed) : resolve()))
  })
}
