import { parseCookie } from 'cookie'
import type { CookieOptions, RequestHandler, Response } from 'express'

/** Parses the cookies of a request. All values are texts. */
export const readCookies: RequestHandler = (req, _res, next) => {
  req.cookies = parseCookie(req.headers.cookie ?? '')
  next()
}

/** Returns the name and the attributes of a cookie that only this host sets and reads, and no script. */
export function ownCookie(name: string, production: boolean): { name: string; attributes: CookieOptions } {
  return {
    // Browsers accept a name with this prefix only over https and only from this exact host, not from a sibling domain.
    name: production ? `__Host-${name}` : name,
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
