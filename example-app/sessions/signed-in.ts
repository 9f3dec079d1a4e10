import type { Request, RequestHandler } from 'express'
import { type Generations, MAX_SESSION_AGE_MS } from '../stores/revocations'
import { leaveNotice } from './notice'
import { type SessionCookie, saved } from './session-cookie'

/** What a session knows of its login. */
export interface Login {
  /** the SASL mechanism the password was proved with */
  readonly mechanism: string
  /** ms since 1970 */
  readonly since: number
  /** of when the login began, before its password was proved */
  readonly generation: number
}

declare module 'express-session' {
  interface SessionData {
    login?: Login
  }
}

/** Signs the visitor in: a new session, for a session id that somebody planted beforehand is worth nothing. */
export async function signIn(
  req: Request,
  user: Express.User,
  { mechanism, generation }: Pick<Login, 'mechanism' | 'generation'>,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    req.logIn(user, failed => (failed ? reject(failed) : resolve()))
  })
  req.session.login = { mechanism, since: Date.now(), generation }
  // The browser may ask for the next page before an answer that is under way has saved the session.
  await saved(req)
}

/** Ends the session of a login that is too old or was ended from elsewhere, before a page is made of it. */
export function endedSessions(generations: Generations): RequestHandler {
  return async (req, _res, next) => {
    const { user, session } = req
    if (!user) return next()
    const { login } = session
    const isOld = !login || Date.now() - login.since >= MAX_SESSION_AGE_MS
    const ends = isOld ? [] : await Promise.all([user.jid, sessionOf(req)].map(of => generations.lastEnd(of)))
    if (!isOld && ends.every(end => end <= login.generation)) return next()
    await signOut(req)
    await leaveNotice(req, SESSION_OVER)
    next()
  }
}

/** What {@link Generations} call the session of a request; no JID is called so. */
export function sessionOf({ sessionID }: Request): string {
  return `session:${sessionID}`
}

const SESSION_OVER = { page: '/login', text: 'Your session has ended. Please sign in again.' }

/** For pages of somebody who is signed in. Everybody else comes to them by the login page, and hears why. */
export function onlySignedIn({ name }: SessionCookie, page: string): RequestHandler {
  return async (req, res, next) => {
    if (req.user) return next()
    // A cookie of a session that the store has forgotten. Known ones have something in them.
    const isForgotten = req.headers.cookie?.includes(`${name}=`) && Object.keys(req.session).join() === 'cookie'
    if (isForgotten) await leaveNotice(req, SESSION_OVER)
    res.redirect(303, `/login?${new URLSearchParams({ returnTo: page })}`)
  }
}

/** Leaves an empty session behind. */
export function signOut(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.logout(failed => (failed ? reject(failed) : resolve()))
  })
}
