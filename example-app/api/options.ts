import type { Accounts } from '../auth/accounts'
import type { PasswordLogin } from '../auth/password-login'
import type { ConfirmLogin } from '../confirm/confirm-login'
import type { Csrf } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import type { Seal } from '../protection/seal'
import type { AboutVisitor } from '../sessions/about'
import type { SignOut } from '../sessions/sign-out'

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
