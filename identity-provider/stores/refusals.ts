/**
 * A code or a token that cannot be redeemed. oidc-provider answers with the message as the error and with the description:
 * it reads these members of an error, whatever its class.
 */
class NotRedeemable extends Error {
  readonly status = 400
  readonly statusCode = 400
  readonly expose = true
  /** for an authorization request: the error may go to the relying party */
  readonly allow_redirect = true
  readonly error_description: string

  constructor(error: string, description: string) {
    super(error)
    this.error_description = description
  }
}

/** A one-time code or token that was redeemed before, maybe by another process at the same moment, or that is gone. */
export class UsedBefore extends NotRedeemable {
  override readonly name = 'UsedBefore'

  constructor(model: string) {
    const isRequest = model === 'PushedAuthorizationRequest'
    super(isRequest ? 'invalid_request_uri' : 'invalid_grant', 'it was used before, or it is revoked')
  }
}

/** A grant that ended while the request that issues a code or token for it ran. */
export class GrantEnded extends NotRedeemable {
  override readonly name = 'GrantEnded'

  constructor(model: string) {
    super(model === 'AuthorizationCode' ? 'access_denied' : 'invalid_grant', 'the grant is revoked')
  }
}
