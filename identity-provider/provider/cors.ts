import type { Configuration } from './oidc'

/** Lets the pages of a client call the endpoints, and those of no other site. */
export const ownOrigins: NonNullable<Configuration['clientBasedCORS']> = (_ctx, origin, { redirectUris = [] }) =>
  redirectUris.some(uri => {
    const { protocol, origin: own } = new URL(uri)
    // The origin of a private scheme is `null`, as is that of a sandboxed page.
    return ['https:', 'http:'].includes(protocol) && own === origin
  })
