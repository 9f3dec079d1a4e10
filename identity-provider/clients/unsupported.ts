const NO_FETCH = 'is not supported: the provider fetches nothing that a relying party names. Remove it'
const NO_REQUEST_OBJECTS = 'is not supported: there are no request objects. Push requests instead (RFC 9126). Remove it'
const NO_ENCRYPTION = 'is not supported: ID tokens and user info are signed or sent by TLS, not encrypted. Remove it'

/** Members that Dynamic Client Registration has and the provider has not, with the change that each needs. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  jwks: 'is not supported: relying parties prove themselves by a secret. Use client_secret_basic or client_secret_post',
  jwks_uri: NO_FETCH,
  sector_identifier_uri: `${NO_FETCH}; a pairwise relying party has all redirect_uris on one host`,
  request_uris: NO_FETCH,
  initiate_login_uri: 'is not supported: sign-ins begin at the relying party. Remove it',
  frontchannel_logout_uri: 'is not supported: browsers block it. Use backchannel_logout_uri',
  frontchannel_logout_session_required: 'is not supported: browsers block it. Use backchannel_logout_session_required',
  request_object_signing_alg: NO_REQUEST_OBJECTS,
  request_object_encryption_alg: NO_REQUEST_OBJECTS,
  request_object_encryption_enc: NO_REQUEST_OBJECTS,
  require_signed_request_object: NO_REQUEST_OBJECTS,
  userinfo_signed_response_alg: 'is not supported: user info is JSON. Remove it',
  userinfo_encrypted_response_alg: NO_ENCRYPTION,
  userinfo_encrypted_response_enc: NO_ENCRYPTION,
  id_token_encrypted_response_alg: NO_ENCRYPTION,
  id_token_encrypted_response_enc: NO_ENCRYPTION,
  token_endpoint_auth_signing_alg: 'is not supported: relying parties prove themselves by a secret. Remove it',
  require_auth_time: 'is not needed: every ID token has auth_time. Remove it',
  default_acr_values: 'is not supported: no acr is issued. Remove it',
  client_secret_expires_at: 'is not supported: secrets are valid until they are changed. Remove it',
  client_id_issued_at: 'is not supported: the file has no registrations. Remove it',
  software_statement: 'is not supported: the file has no registrations. Remove it',
  contacts: 'is not supported: it is shown nowhere. Remove it',
}

/** Returns the change that a member needs which is not in the schema. */
export function adviceOn(member: string): string | undefined {
  return Object.hasOwn(UNSUPPORTED, member) ? UNSUPPORTED[member] : undefined
}
