import type { Request } from 'express'
import passport from 'passport'
import {
  type Authenticator,
  deserializeUser,
  Registration,
  type RegistrationOptions,
  Strategy,
  serializeUser,
} from 'passport-xmpp-bosh'
import { createAuthenticator, type PasswordOptions } from './password-authenticator'

export interface XmppOptions extends PasswordOptions {
  /** passes the visitor's address on, so that the XMPP server bans that address instead of this app */
  forwardClientIp: boolean
}

export interface Auth {
  passport: passport.Authenticator
  /** verifies the password of a signed-in visitor again; the caller closes it */
  authenticator: Authenticator
}

export function createAuth({ forwardClientIp, ...options }: XmppOptions, restore = deserializeUser): Auth {
  const authenticator = createAuthenticator(options)
  // A separate instance: with the module's default, two apps in one process would share their users.
  const own = new passport.Passport()
  own.use(new Strategy<Request>({ authenticator, ...(forwardClientIp && { forwardClientIp: req => req.ip }) }))
  own.serializeUser(serializeUser)
  own.deserializeUser(restore)
  return { passport: own, authenticator }
}

export function createRegistration({
  forwardClientIp: _,
  ...options
}: XmppOptions & RegistrationOptions): Registration {
  return new Registration(options)
}
