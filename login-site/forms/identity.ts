import { createHmac } from 'node:crypto'
import type { Request } from 'express'

/**
 * Returns the identity of a submitted form: the same for two requests only if one browser sent one form twice with the same
 * content. It reveals neither the content nor the cookie. Returns `undefined` if a program and not a page made the form.
 *
 * @param cookie cookie of the CSRF protection, which only this browser has
 */
export function identityOf({ method, baseUrl, path, body }: Request, cookie: string | undefined, key: string) {
  if (cookie === undefined || typeof body?._form !== 'string' || body._form === '') return undefined
  const fields = Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHmac('sha256', key)
    .update(JSON.stringify([cookie, method, baseUrl + path, fields]))
    .digest('base64url')
}
