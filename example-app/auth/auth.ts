import type { Request } from 'express'
import passport from 'passport'
import {
  Authenticator,
  type AuthenticatorOptions,
  deserializeUser,
  deserializeUserOf,
  Registration,
  type RegistrationOptions,
  Strategy,
  serializeUser,
} from 'passport-xmpp-bosh'

export interface XmppOptions extends AuthenticatorOptions {
  /** passes the visitor's address on, so that the XMPP server bans that address instead of this app */
  forwardClientIp: boolean
}

export interface Auth {
  passport: passport.Authenticator
  /** verifies the password of a signed-in visitor again; the caller closes it */
  authenticator: Authenticator
}

/** @param allow domains whose accounts sign in with their XMPP app; `*`: any */
export function createAuth({ forwardClientIp, ...options }: XmppOptions, allow: readonly string[] | '*' = []): Auth {
  const authenticator = new Authenticator(options)
  // A separate instance: with the module's default, two apps in one process would share their users.
  const own = new passport.Passport()
  own.use(new Strategy<Request>({ authenticator, ...(forwardClientIp && { forwardClientIp: req => req.ip }) }))
  own.serializeUser(serializeUser)
  // An account of a domain that may not sign in any more is signed out.
  own.deserializeUser(allow === '*' ? deserializeUser : deserializeUserOf([options.domain, ...allow]))
  return { passport: own, authenticator }
}

export function createRegistration({
  forwardClientIp: _,
  ...options
}: XmppOptions & RegistrationOptions): Registration {
  return new Registration(options)
}
