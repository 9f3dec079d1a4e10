import type { Accounts } from 'passport-xmpp-bosh-login-site/auth/accounts'
import type { PasswordLogin } from 'passport-xmpp-bosh-login-site/auth/password-login'
import type { ConfirmLogin } from 'passport-xmpp-bosh-login-site/confirm/confirm-login'
import type { Csrf } from 'passport-xmpp-bosh-login-site/protection/csrf'
import type { RateLimits } from 'passport-xmpp-bosh-login-site/protection/rate-limits'
import type { Seal } from 'passport-xmpp-bosh-login-site/protection/seal'
import type { AboutVisitor } from 'passport-xmpp-bosh-login-site/sessions/about'
import type { SignOut } from 'passport-xmpp-bosh-login-site/sessions/sign-out'

/** Parts of the app that the API uses. */
export interface ApiOptions {
  readonly logIn: PasswordLogin
  readonly accounts: Accounts
  readonly about: AboutVisitor
  readonly signOut: SignOut
  readonly csrf: Csrf
  readonly limits: RateLimits
  /** seals the state of a sign-up form */
  readonly seal: Seal
  /** programs can create, change and remove accounts */
  readonly registration: boolean
  /** signing in with an XMPP app; `undefined`: with a password alone */
  readonly confirm: ConfirmLogin | undefined
}
