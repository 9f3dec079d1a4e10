/**
 * characters. A refused login has the path in its head, where a character takes three bytes at most, beside the notice. By
 * default nginx takes 4,096 bytes for a head, and answers a longer one with 502 although the login has taken effect.
 */
const MAX_LENGTH = 300
const ANY_ORIGIN = 'http://same-origin.invalid'
/** Leads to another site, or out of the path of this app, or may do so after a proxy has decoded it. */
const ASTRAY = /^\/(?:[/\\]|%(?:09|0a|0d|20|2f|5c))|(?:\.|%2e){2}(?:%2f|%5c)/i

/** Returns the address of a page with a form, from which the visitor goes on to a path that {@link returnTo} returned. */
export function leadingTo(page: string, target: string): string {
  return target === '/' ? page : `${page}?${new URLSearchParams({ returnTo: target })}`
}

/**
 * Returns the path that a login leads to: the one from a form field, with query and fragment, if it stays in this app. The
 * path under which the site has the app is not part of it.
 * A path to another site, in any spelling (`//evil.example`, `/\evil.example`, `/%09/evil.example`), becomes the start page.
 * So does a path that is too long for the head of an answer.
 */
export function returnTo(value: unknown): string {
  if (typeof value !== 'string' || !/^\/(?![/\\])[!-~]*$/.test(value) || !URL.canParse(value, ANY_ORIGIN)) return '/'
  const { origin, pathname, search, hash } = new URL(value, ANY_ORIGIN)
  // Checked after parsing, as the browser does: dots in a path can move its end to its beginning.
  const path = pathname + search + hash
  return origin === ANY_ORIGIN && !ASTRAY.test(pathname) && path.length <= MAX_LENGTH ? path : '/'
}
