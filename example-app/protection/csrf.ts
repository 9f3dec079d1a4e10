import { csrfSync } from 'csrf-sync'
import type { RequestHandler } from 'express'
import { requireSecure } from './insecure-request'

const TOKEN_BYTES = 32

const { csrfSynchronisedProtection, generateToken } = csrfSync({
  size: TOKEN_BYTES,
  // Another site can submit a form here, but it does not know the token for the field or the header.
  getTokenFromRequest: req => req.get('x-csrf-token') ?? req.body?._csrf,
})

/** Refuses (403, `EBADCSRFTOKEN`) a request without the token of its session. */
export const requireCsrfToken: RequestHandler = (req, res, next) => {
  requireSecure(req)
  return csrfSynchronisedProtection(req, res, next)
}
/** Returns the token for a form's hidden field `_csrf`. Begins a session if there is none. */
export const csrfTokenOf = generateToken
