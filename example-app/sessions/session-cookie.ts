import type { CookieOptions, Request, RequestHandler } from 'express'
import session, { type Store } from 'express-session'
import { failureOf } from '../operation/failure'
import { MAX_SESSION_AGE_MS } from '../stores/revocations'

/** The session cookie as it is set and, with the same attributes, cleared. */
export interface SessionCookie {
  readonly name: string
  readonly attributes: CookieOptions
}

export function sessionCookie(production: boolean): SessionCookie {
  return {
    // Browsers take a name with this prefix only over https and only from this very host, not from a sibling of it.
    name: production ? '__Host-session' : 'session',
    // 'lax', not 'strict': somebody who follows a link to the app is still signed in.
    attributes: { path: '/', httpOnly: true, sameSite: 'lax', secure: production },
  }
}

export function sessions(cookie: SessionCookie, secret: string, store: Store): RequestHandler {
  const withStore = session({
    name: cookie.name,
    secret,
    store,
    // Longer than the store keeps an idle session: so who comes back too late is known for somebody who was here.
    cookie: { ...cookie.attributes, maxAge: MAX_SESSION_AGE_MS },
    resave: false,
    // No session for those who only look: it begins with the CSRF token of the login page.
    saveUninitialized: false,
  })
  return (req, res, next) => {
    // express-session sends a page but for its last byte, and that once the session is saved. Held back until then, a
    // page leaves whole, or not at all: of a process that ends in between, a proxy can ask the other one.
    res.cork()
    withStore(req, res, (failed?: unknown) => {
      // What goes wrong there is the store's: nobody can be served until it is back.
      const reason = failed instanceof Error ? Object.assign(failed, { status: 503 }) : failed
      // The page was made already, and only keeping its session failed.
      if (reason && res.headersSent) return void failureOf(reason, req)
      next(reason)
    })
  }
}

/** Saves the session now: the browser may ask for the next page before an answer that is under way has done so. */
export function saved(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.session.save(failed => (failed ? reject(failed) : resolve()))
  })
}
