import { type Account, Authenticator, type AuthenticatorOptions, type LoginContext } from 'passport-xmpp-bosh'
import { looksLikeCompactJws } from './compact-jws'

export interface PasswordOptions extends AuthenticatorOptions {
  /** true: the XMPP server takes tokens as passwords, which the site refuses */
  chatTokens?: boolean | undefined
}

/** Creates the authenticator of a site, which verifies all passwords of visitors. */
export function createAuthenticator({ chatTokens = false, ...options }: PasswordOptions): Authenticator {
  return chatTokens ? new PasswordAuthenticator(options) : new Authenticator(options)
}

// A private-use character: SASLprep prohibits it (RFC 4013 §2.3), so the library refuses this password after all waits of a
// wrong one, and does not ask the server.
const WRONG_PASSWORD = '\ue000'

/**
 * Refuses a token as the library refuses a wrong password, and does not show it to the server. A token is good for a minute,
 * and would become a session of the site.
 */
class PasswordAuthenticator extends Authenticator {
  override authenticate(credentials: { username: string; password: string }, context?: LoginContext): Promise<Account> {
    const { password } = credentials
    const isToken = typeof password === 'string' && looksLikeCompactJws(password)
    return super.authenticate(isToken ? { ...credentials, password: WRONG_PASSWORD } : credentials, context)
  }
}
