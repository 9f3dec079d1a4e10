import type { Request } from 'express'
import passport from 'passport'
import { type AuthenticatorOptions, deserializeUser, type Profile, Strategy, serializeUser } from 'passport-xmpp-bosh'

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
  close(): Promise<void>
}

/** @throws {TypeError} that names the option */
export function createAuth({ forwardClientIp, ...options }: XmppOptions): Auth {
  const strategy = new Strategy<Request>({ ...options, ...(forwardClientIp && { forwardClientIp: req => req.ip }) })
  // One of our own, not the module's: two apps in one process must not share their users.
  const own = new passport.Passport()
  own.use(strategy)
  own.serializeUser(serializeUser)
  own.deserializeUser(deserializeUser)
  return { passport: own, close: () => strategy.close() }
}
