import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import type { Authenticator } from 'passport-xmpp-bosh'
import type { Accounts } from './auth/accounts'
import type { Auth, XmppOptions } from './auth/auth'
import type { PasswordLogin } from './auth/password-login'
import type { Roles } from './auth/roles'
import type { Branding } from './branding/branding'
import type { ConfirmConfig } from './config/confirm'
import type { RolesConfig } from './config/roles'
import type { Confirm } from './confirm'
import type { ConfirmLogin } from './confirm/confirm-login'
import type { DemoPhones } from './demo/phone'
import type { Forms } from './forms/forms'
import type { Log } from './operation/log'
import type { Metrics } from './operation/metrics/metrics'
import type { Reachability } from './operation/reachability'
import type { Csrf } from './protection/csrf'
import type { RateLimits } from './protection/rate-limits'
import type { Seal } from './protection/seal'
import type { AboutVisitor } from './sessions/about'
import type { IsOwn } from './sessions/profile'
import type { SessionCookie } from './sessions/session-cookie'
import type { SignOut } from './sessions/sign-out'
import type { Stores } from './stores'

export interface SiteConfig {
  readonly production: boolean
  /** the proxies in front of the site whose `X-Forwarded-*` headers it trusts: their number or their addresses */
  readonly trustProxy: false | number | readonly string[]
  readonly sessionSecret: string
  readonly registration: boolean
  /** hosts that may serve the pictures of captchas */
  readonly captchaHosts?: readonly string[]
  readonly branding: Branding
  /** signing in with an XMPP app; `undefined`: with a password alone */
  readonly confirm?: ConfirmConfig | undefined
  /** data that a login asks for beside the password; `undefined`: none */
  readonly profile?: 'vcard' | undefined
  /** rooms that stand for roles, which the service account reads */
  readonly roles?: RolesConfig | undefined
  /** ms that the roles of a room are used, 0 to 60,000; default: 60,000 */
  readonly roleMaxAge?: number | undefined
  /** the phones of the users of the demo server */
  readonly phones?: DemoPhones | undefined
  /** true: the XMPP server takes tokens as passwords, and the site refuses them; default: false */
  readonly chatTokens?: boolean | undefined
  readonly xmpp: XmppOptions
  readonly stores: Stores
  readonly log: Log
  readonly metrics?: Metrics | undefined
}

/** The parts of a site, for the pages that an app adds. */
export interface SiteRooms {
  readonly config: SiteConfig
  readonly stores: Stores
  readonly cookie: SessionCookie
  readonly csrf: Csrf
  readonly forms: Forms
  readonly limits: RateLimits
  /** seals the state of a sign-up form */
  readonly seal: Seal
  /** verifies passwords; the site closes it */
  readonly authenticator: Authenticator
  readonly passport: Auth['passport']
  readonly accounts: Accounts
  readonly logIn: PasswordLogin
  /** signing in with an XMPP app; `undefined`: with a password alone */
  readonly confirm: Confirm | undefined
  readonly confirmLogin: ConfirmLogin | undefined
  readonly roles: Roles | undefined
  readonly about: AboutVisitor
  readonly isOwn: IsOwn
  readonly signOut: SignOut
  /** the same, and writes the event to the log */
  readonly recordedSignOut: SignOut
  readonly reachability: Reachability
}

/** Routes that an app adds to a site. */
export interface SiteRoutes {
  /** need no session */
  readonly open?: RequestHandler
  /** have a session, and come before the pages of the site */
  readonly pages?: RequestHandler
}

/** The parts that an app adds to a site. */
export interface SiteExtension {
  readonly routes?: (rooms: SiteRooms) => SiteRoutes
  /** answers errors, before the error page of the site */
  readonly errors?: ErrorRequestHandler
  /** folder of templates, which `extends /layout`; the site's own come first */
  readonly views?: string
  /** members of this role find a link to `/admin` on the start page */
  readonly adminRole?: string
  /** Closes what the app opened. */
  readonly close?: () => Promise<void>
}

export interface Site extends Express {
  /** the check of the XMPP server, which `/readyz` and the metrics share */
  readonly xmpp: Reachability
  /** tells whether the service account is online; `undefined`: there is none */
  readonly isAccountOnline: (() => boolean) | undefined
  /** Answers the requests that are held, for a server that is to stop. */
  release(): void
  /** Closes everything the site opened. Logins in progress get an error. */
  close(): Promise<void>
}
