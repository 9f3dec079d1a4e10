/** The module oidc-provider. */
export type OidcProvider = typeof import('oidc-provider', { with: { 'resolution-mode': 'import' }})

/** Loads oidc-provider, which is an ES module and runs on Node 22 alone: no other file imports it. */
export function loadOidcProvider(): Promise<OidcProvider> {
  return import('oidc-provider')
}
