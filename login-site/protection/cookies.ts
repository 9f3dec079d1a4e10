import { parseCookie } from 'cookie'
import type { CookieOptions, RequestHandler, Response } from 'express'

/** Parses the cookies of a request. All values are texts. */
export const readCookies: RequestHandler = (req, _res, next) => {
  req.cookies = parseCookie(req.headers.cookie ?? '')
  next()
}

/**
 * Returns the name and the attributes of a cookie that only this host sets and reads, and no script. The path `/` sends the
 * cookie to every app of the host, so the base is in the name: two apps on one host do not overwrite each other's cookies.
 *
 * @param base path of the site under which the app is; its letters are allowed in the name of a cookie
 */
export function ownCookie(
  name: string,
  production: boolean,
  base: string,
): { name: string; attributes: CookieOptions } {
  const own = name + base.replaceAll('/', '.')
  return {
    // Browsers accept a name with this prefix only over https and only from this exact host, not from a sibling domain.
    name: production ? `__Host-${own}` : own,
    // 'lax', not 'strict': a visitor who follows a link to the app stays signed in.
    attributes: { path: '/', httpOnly: true, sameSite: 'lax', secure: production },
  }
}

/** Takes back what this answer was to set as the cookie `name`. */
export function withdrawCookie(res: Response, name: string): void {
  const set = [res.getHeader('Set-Cookie') ?? []].flat().map(String)
  const others = set.filter(cookie => !cookie.startsWith(`${name}=`))
  if (others.length > 0) res.setHeader('Set-Cookie', others)
  else res.removeHeader('Set-Cookie')
}
