import type { CookieOptions, Request, RequestHandler } from 'express'
import session, { type Store } from 'express-session'
import { failureOf } from '../operation/failure'
import { ownCookie } from '../protection/cookies'
import { requireSecure } from '../protection/insecure-request'
import { lifetimeOf } from '../stores/lifetimes'

/** The session cookie as it is set and, with the same attributes, cleared. */
export interface SessionCookie {
  readonly name: string
  readonly attributes: CookieOptions
}

/** @param base path of the site under which the app is */
export function sessionCookie(production: boolean, base = ''): SessionCookie {
  return ownCookie('session', production, base)
}

/** Loads the session of each request, and saves it before the answer is sent. */
export function sessionMiddleware(cookie: SessionCookie, secret: string, store: Store): RequestHandler {
  const withStore = session({
    name: cookie.name,
    secret,
    store,
    // Outlives an idle session in the store: the app can then tell a late visitor that the session has ended. Signing in
    // makes it last longer for a visitor who stays signed in.
    cookie: { ...cookie.attributes, maxAge: lifetimeOf(undefined).ageMs },
    resave: false,
    // A visitor who is not signed in has no session.
    saveUninitialized: false,
  })
  return (req, res, next) => {
    // express-session sends all of a page but its last byte, and that byte after it has saved the session. Corked until
    // then, a page is sent whole or not at all: if this process ends in between, a proxy can ask another one.
    res.cork()
    withStore(req, res, (failed?: unknown) => {
      // An error here comes from the store, and no request can be served without it.
      const reason = failed instanceof Error ? Object.assign(failed, { status: 503 }) : failed
      // The page exists already, and only saving its session failed.
      if (reason && res.headersSent) return void failureOf(reason, req)
      next(reason)
    })
  }
}

/** Saves the session now: the browser may request the next page before the end of this answer saves it. */
export async function saveSession(req: Request): Promise<void> {
  requireSecure(req)
  return new Promise((resolve, reject) => {
    req.session.save(failed => (failed ? reject(failed) : resolve()))
  })
}
