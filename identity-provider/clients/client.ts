/** A relying party: an entry of the file of `OIDC_CLIENTS`. */
export interface Client {
  /** for oidc-provider: metadata by the names of OpenID Connect Dynamic Client Registration, all defaults filled in */
  readonly metadata: ClientMetadata
  /** The operator's own: its visitors are not asked for their consent. */
  readonly firstParty: boolean
  /** false for a confidential client that cannot do PKCE */
  readonly requirePkce: boolean
  /** Its back-channel logout may go to a loopback or private address. */
  readonly privateNetwork: boolean
}

export interface ClientMetadata {
  readonly client_id: string
  readonly client_secret?: string
  readonly client_name?: string
  readonly client_uri?: string
  readonly logo_uri?: string
  readonly policy_uri?: string
  readonly tos_uri?: string
  readonly application_type: 'web' | 'native'
  readonly redirect_uris: string[]
  readonly post_logout_redirect_uris: string[]
  readonly backchannel_logout_uri?: string
  readonly backchannel_logout_session_required?: boolean
  readonly require_pushed_authorization_requests?: boolean
  /** seconds */
  readonly default_max_age?: number
  /** scopes, separated by spaces */
  readonly scope: string
  readonly response_types: 'code'[]
  readonly grant_types: ('authorization_code' | 'refresh_token')[]
  readonly token_endpoint_auth_method: 'client_secret_basic' | 'client_secret_post' | 'none'
  readonly subject_type: 'public' | 'pairwise'
  readonly id_token_signed_response_alg: 'RS256' | 'ES256'
}
