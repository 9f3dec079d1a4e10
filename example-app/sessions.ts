import type { CookieOptions, RequestHandler } from 'express'
import session from 'express-session'

const MAX_AGE_MS = 8 * 60 * 60 * 1000

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

export function sessions(cookie: SessionCookie, secret: string): RequestHandler {
  return session({
    name: cookie.name,
    secret,
    cookie: { ...cookie.attributes, maxAge: MAX_AGE_MS },
    resave: false,
    // No session for those who only look: it begins with the CSRF token of the login page.
    saveUninitialized: false,
    // No `store`: sessions live in memory, which is for development. They are lost at every start, are not shared by
    // two processes, and are never swept. In production, give a store here.
  })
}
