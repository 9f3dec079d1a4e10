import { doubleCsrf } from 'csrf-csrf'
import type { Request, RequestHandler, Response } from 'express'
import { ownCookie } from './cookies'
import { requireSecure } from './insecure-request'
import { keyFor } from './keys'

const TOKEN_BYTES = 32

/**
 * Protects forms from other sites, without a session: another site can submit a form here, but it does not know the token
 * for the field or the header, which is in a cookie as well. A token is signed, and belongs to one session or to none.
 */
export interface Csrf {
  /** Refuses (403, `EBADCSRFTOKEN`) a request without its token. */
  readonly requireToken: RequestHandler
  /** Returns the token for the field `_csrf` or the header `X-CSRF-Token`, and sets the cookie. */
  tokenFor(req: Request, res: Response): string
  /** Returns the value of the cookie that the browser sent. */
  cookieIn(req: Request): string | undefined
}

export interface CsrfOptions {
  readonly production: boolean
  /** path of the site under which the app is */
  readonly base: string
  readonly secret: string
  /** name of the session cookie */
  readonly session: string
}

export function createCsrf({ production, base, secret, session }: CsrfOptions): Csrf {
  const { name, attributes } = ownCookie('csrf', production, base)
  const key = keyFor('csrf', secret)
  const { doubleCsrfProtection, generateCsrfToken } = doubleCsrf({
    getSecret: () => key,
    // As the request presents it, not as the store knows it: a button that is pressed twice sends the old cookie twice.
    getSessionIdentifier: req => sessionAfter(req, session),
    cookieName: name,
    cookieOptions: { ...attributes, path: '/' },
    size: TOKEN_BYTES,
    getCsrfTokenFromRequest: req => req.get('x-csrf-token') ?? req.body?._csrf,
  })
  return {
    requireToken(req, res, next) {
      requireSecure(req)
      doubleCsrfProtection(req, res, next)
    },
    tokenFor(req, res) {
      requireSecure(req)
      // All forms of a page have the same token.
      res.locals['csrfToken'] ??= generateCsrfToken(req, res)
      return res.locals['csrfToken']
    },
    cookieIn: req => req.cookies[name],
  }
}

/** Marks that this answer removes the session cookie: the next request will not present it. */
export function markSessionCleared(res: Response): void {
  res.locals['sessionCleared'] = true
}

// A page makes a token for the next request. Any other request is checked as it came.
function sessionAfter(req: Request, name: string): string {
  return (req.method === 'GET' && req.res?.locals['sessionCleared']) || req.cookies[name] === undefined
    ? ''
    : req.cookies[name]
}
