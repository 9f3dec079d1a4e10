/**
 * Names a cookie of this app. The path `/` that the prefix requires sends the cookie to every app of the host, so the base
 * is in the name: two apps on one host do not overwrite each other's cookies.
 *
 * @param base path of the site under which the app is; its letters are allowed in the name of a cookie
 */
export function cookieName(name: string, production: boolean, base: string): string {
  const own = name + base.replaceAll('/', '.')
  // Browsers accept a name with this prefix only over https and only from this exact host, not from a sibling domain.
  return production ? `__Host-${own}` : own
}
