/** The types of oidc-provider, which is an ES module: everything else of it comes from `load.ts`. */
export type {
  Account,
  AccountClaims,
  Client as RegisteredClient,
  Configuration,
  errors,
  Grant,
  Interaction,
  interactionPolicy,
  KoaContextWithOIDC,
  Provider,
  Session,
} from 'oidc-provider' with { 'resolution-mode': 'import' }
