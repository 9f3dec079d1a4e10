import type { Request, RequestHandler } from 'express'
import type { Profile } from 'passport-xmpp-bosh'
import { failureOf } from '../operation/failure'
import { markSessionCleared } from '../protection/csrf'
import { addressOf } from '../protection/visitor-address'
import type { Stores } from '../stores'
import type { Card } from '../stores/cards/cards'
import { lifetimeOf } from '../stores/lifetimes'
import { browserOf } from './browser'
import { goTo } from './go-to'
import { leaveNotice } from './notice'
import { type SessionCookie, saveSession } from './session-cookie'
import { destroySession } from './stored'

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
  /** the browser and its system; empty if unknown */
  readonly browser: string
  /** the visitor chose to stay signed in */
  readonly stay: boolean
  /** the visitor's address, or the network of an IPv6 address */
  readonly address: string
}

/** The stores that know which sessions are signed in. */
export type SessionStores = Pick<Stores, 'sessions' | 'accountSessions' | 'revocations' | 'cards'>

/** A login that has just succeeded. */
export interface NewLogin {
  readonly mechanism: string
  /** number of the latest revocation before the password was verified */
  readonly revocation: number
  /** default: false */
  readonly stay?: boolean
  /** part of the vCard; the session itself has the JID alone */
  readonly card?: Card | undefined
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

/** Signs the visitor in. Begins a new session, which makes a planted session id worthless, and ends the one before. */
export async function signIn(
  stores: SessionStores,
  req: Request,
  user: Express.User,
  { mechanism, revocation, stay = false, card }: NewLogin,
): Promise<void> {
  const { user: before, sessionID: earlier } = req
  const isSame = before?.jid === user.jid
  // As signing out does, even if a slow request still holds it.
  if (before && !isSame) await stores.accountSessions.remove(before.jid, earlier)
  await new Promise<void>((resolve, reject) => {
    req.logIn(user, failed => (failed ? reject(failed) : resolve()))
  })
  const now = Date.now()
  const login = {
    mechanism,
    since: now,
    generation: revocation,
    browser: browserOf(req),
    stay,
    address: addressOf(req),
  }
  req.session.login = login
  req.session.cookie.maxAge = lifetimeOf(login).ageMs
  // The browser may request the next page before the end of this answer saves the session.
  await saveSession(req)
  if (card) await keepCard(stores, req, card, lifetimeOf(login).idleMs)
  const { sessionID: sid } = req
  const evicted = isSame
    ? await stores.accountSessions.replace(user.jid, earlier, sid, now)
    : await stores.accountSessions.add(user.jid, sid, now)
  await Promise.all(evicted.map(other => destroySession(stores.sessions, other)))
}

/** Keeps the card. The sign-in does not fail with it. */
async function keepCard({ cards }: SessionStores, req: Request, card: Card, idleMs: number): Promise<void> {
  await cards.keep(req.sessionID, card, idleMs).catch((reason: unknown) => void failureOf(reason, req))
}

/** A session, as {@link isOver} judges it. */
interface Signed {
  readonly jid: string
  readonly sid: string
  readonly login: Login | undefined
}

/** Tells if a session is too old, was revoked or was ended. If not, it counts as used now. */
export async function isOver(stores: SessionStores, { jid, sid, login }: Signed): Promise<boolean> {
  const now = Date.now()
  if (!login || now - login.since >= lifetimeOf(login).ageMs) return true
  const [isKnown, revoked] = await Promise.all([
    stores.accountSessions.seen(jid, sid, now),
    stores.revocations.lastRevocation(jid),
  ])
  return !isKnown || revoked > login.generation
}

/** Ends a session that is too old, was revoked or was ended elsewhere, before a page is made with it. */
export function endRevokedSessions(stores: SessionStores, cookie: SessionCookie): RequestHandler {
  return async (req, _res, next) => {
    const { user, session, sessionID: sid } = req
    if (!user || !(await isOver(stores, { jid: user.jid, sid, login: session.login }))) return next()
    await stores.accountSessions.remove(user.jid, sid)
    await forgetSession(req, cookie)
    await leaveNotice(req, SESSION_OVER)
    next()
  }
}

/** Removes the session of a request from the store, and its cookie. The rest of the request is not signed in. */
export async function forgetSession(req: Request, { name, attributes }: SessionCookie): Promise<void> {
  await destroySession(req.sessionStore, req.sessionID)
  req.user = undefined
  if (!req.res) return
  req.res.clearCookie(name, attributes)
  markSessionCleared(req.res)
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

/** Tells whether the visitor is signed in. An app sets `signInAgain` for a visitor who has to sign in all the same. */
export function isSignedIn({ user, res }: Request): boolean {
  return user !== undefined && res?.locals['signInAgain'] !== true
}

/** Logs the visitor out. Leaves an empty session. */
export function logOut(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.logout(failed => (failed ? reject(failed) : resolve()))
  })
}
