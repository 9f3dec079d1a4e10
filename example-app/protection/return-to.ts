const ANY_ORIGIN = 'http://same-origin.invalid'
/** Leads to another site, or may do so once a proxy has decoded it. */
const ASTRAY = /^\/(?:[/\\]|%(?:09|0a|0d|20|2f|5c))/i

/**
 * Where a login leads: the path, query and fragment of this site that a form field asks for, or the start page. What
 * leads to another site is none, in whatever way it is written (`//evil.example`, `/\evil.example`, `/%09/evil.example`).
 */
export function returnTo(value: unknown): string {
  if (typeof value !== 'string' || !/^\/(?![/\\])[!-~]*$/.test(value) || !URL.canParse(value, ANY_ORIGIN)) return '/'
  const { origin, pathname, search, hash } = new URL(value, ANY_ORIGIN)
  // Read as the browser will read it: dots in a path may bring to its beginning what was behind it.
  return origin === ANY_ORIGIN && !ASTRAY.test(pathname) ? pathname + search + hash : '/'
}
