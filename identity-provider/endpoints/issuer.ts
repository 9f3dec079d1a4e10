/** The issuer, and the place of the provider in the site. */
export interface Issuer {
  /** the text that relying parties compare */
  readonly url: string
  readonly origin: string
  /** path of the provider under the base of the site, without a slash at its end; empty for all of it */
  readonly mount: string
}

/**
 * Reads the issuer.
 *
 * @param base path of the site, without a slash at its end
 * @throws {Error} its message says how the address must be
 */
export function issuerOf(
  text: string,
  { base, production }: { readonly base: string; readonly production: boolean },
): Issuer {
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isAddress = url && ['https:', 'http:'].includes(url.protocol) && !url.username && !url.password
  if (!url || !isAddress || text.includes('?') || text.includes('#')) {
    throw new Error('must be a URL such as https://id.example.com/oidc, without a query')
  }
  if (production && url.protocol !== 'https:') throw new Error('must be an https URL in production')
  const path = url.pathname.replace(/\/$/, '')
  // Letters that need no escape in a URL and in a route.
  if (!/^(?:\/[A-Za-z0-9_-]+)*$/.test(path)) throw new Error('must have a path of letters, digits, "-" and "_"')
  if (path !== base && !path.startsWith(`${base}/`)) throw new Error(`must be under BASE_PATH, ${base}`)
  return { url: url.origin + path, origin: url.origin, mount: path.slice(base.length) }
}
