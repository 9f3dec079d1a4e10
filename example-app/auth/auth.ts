import type { Request } from 'express'
import passport from 'passport'
import {
  Authenticator,
  type AuthenticatorOptions,
  deserializeUser,
  type Profile,
  Strategy,
  serializeUser,
} from 'passport-xmpp-bosh'

declare global {
  namespace Express {
    // What `req.user` is. With users in a database of your own, name their type here.
    interface User extends Profile {}
  }
}

export interface XmppOptions extends AuthenticatorOptions {
  /** tells the XMPP server the visitor's address, so that its bans hit the visitor and not this app */
  forwardClientIp: boolean
}

export interface Auth {
  passport: passport.Authenticator
  /** the same for those who are signed in and are asked for their password again; to be closed */
  authenticator: Authenticator
}

/** @throws {TypeError} that names the option */
export function createAuth({ forwardClientIp, ...options }: XmppOptions): Auth {
  const authenticator = new Authenticator(options)
  // One of our own, not the module's: two apps in one process must not share their users.
  const own = new passport.Passport()
  own.use(new Strategy<Request>({ authenticator, ...(forwardClientIp && { forwardClientIp: req => req.ip }) }))
  own.serializeUser(serializeUser)
  own.deserializeUser(deserializeUser)
  return { passport: own, authenticator }
}
