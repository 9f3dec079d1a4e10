import express, { type Express, type RequestHandler } from 'express'
import { displayJid } from 'passport-xmpp-bosh'
import { api } from './api/api'
import { docsPage } from './api/docs-page'
import { apiProblem } from './api/problems'
import { createAccounts } from './auth/accounts'
import { createAuth, createRegistration, type XmppOptions } from './auth/auth'
import { passwordLogin } from './auth/password-login'
import { recordedAccounts, recordedLogin, recordedSignOut } from './auth/recorded'
import { Forms } from './forms/forms'
import { hiddenFields } from './forms/hidden-fields'
import { recordEvents } from './operation/events'
import { PUBLIC, VIEWS } from './operation/folders'
import { health } from './operation/health'
import { type Log, requestLog } from './operation/log'
import type { Metrics } from './operation/metrics/metrics'
import { createReachability, type Reachability } from './operation/reachability'
import { account } from './pages/account'
import { errorPage, notFound } from './pages/error-page'
import { home } from './pages/home'
import { login } from './pages/login'
import { logout } from './pages/logout'
import { register } from './pages/register'
import { sessions } from './pages/sessions'
import { readCookies } from './protection/cookies'
import { createCsrf } from './protection/csrf'
import { keyFor } from './protection/keys'
import { rateLimits } from './protection/rate-limits'
import { createSeal } from './protection/seal'
import { securityHeaders } from './protection/security-headers'
import { normaliseAddresses } from './protection/visitor-address'
import { notices } from './sessions/notice'
import { createOwnSessions } from './sessions/own-sessions'
import { sessionCookie, sessionMiddleware } from './sessions/session-cookie'
import { createSignOut } from './sessions/sign-out'
import { endRevokedSessions } from './sessions/signed-in'
import type { Stores } from './stores'
import { chooseLanguage } from './texts'

export interface AppConfig {
  readonly production: boolean
  /** the proxies in front of the app whose `X-Forwarded-*` headers it trusts: their number or their addresses */
  readonly trustProxy: false | number | readonly string[]
  readonly sessionSecret: string
  readonly registration: boolean
  /** hosts that may serve the pictures of captchas */
  readonly captchaHosts?: readonly string[]
  readonly xmpp: XmppOptions
  readonly stores: Stores
  readonly log: Log
  readonly metrics?: Metrics | undefined
}

export interface App extends Express {
  /** the check of the XMPP server, which `/readyz` and the metrics share */
  readonly xmpp: Reachability
  /** Closes everything the app opened. Logins in progress get an error. */
  close(): Promise<void>
}

/** Creates the whole app. It does not listen; server.ts or a test does. */
export function createApp(config: AppConfig): App {
  const { stores, xmpp, registration: isOpen, production, sessionSecret: secret } = config
  const { passport, authenticator } = createAuth(xmpp)
  const registration = config.registration
    ? createRegistration({ ...xmpp, captchaHosts: config.captchaHosts ?? [] })
    : undefined
  const accounts = recordedAccounts(createAccounts({ ...xmpp, authenticator, registration, stores }))
  const reachability = createReachability({ ...xmpp, log: config.log })
  const close = async () => {
    reachability.close()
    await Promise.all([authenticator.close(), registration?.close()])
  }
  const cookie = sessionCookie(production)
  const signOut = createSignOut(cookie, stores)
  const limits = rateLimits(stores, xmpp)
  const logIn = recordedLogin(passwordLogin(passport, stores))
  const csrf = createCsrf({ production, secret, session: cookie.name })
  const forms = new Forms({ csrf, secret, cookie, stores })
  const seal = createSeal(keyFor('sign-up form', secret))
  const app = Object.assign(express(), { close, xmpp: reachability })

  configure(app, config, reachability)
  app.use(readCookies, notices(production, secret), hiddenFields(csrf))
  app.use(sessionMiddleware(cookie, secret, stores.sessions))
  app.use(passport.session())
  app.use(endRevokedSessions(stores, cookie))

  app.use(home())
  app.use(login(logIn, forms, limits))
  app.use(logout(recordedSignOut(signOut), forms))
  const { captchaHosts } = config
  const domain = displayJid(xmpp.domain)
  if (isOpen) app.use(register({ accounts, domain, forms, seal, limits, captchaHosts }))
  const ownSessions = createOwnSessions(stores, secret)
  app.use(sessions({ ownSessions, cookie, signOut: recordedSignOut(signOut), forms }))
  app.use(account({ accounts, registration: isOpen, ownSessions, cookie, signOut, forms, limits }))
  app.use('/api', api({ logIn, accounts, csrf, signOut, limits, seal, registration: isOpen }))
  app.use('/api', apiProblem)
  app.use(notFound)
  app.use(errorPage)
  return app
}

/** Sets the app up as far as it needs no session: settings, health, log, headers and static files. */
function configure(app: Express, config: AppConfig, reachability: Reachability): void {
  const { production, trustProxy, registration, stores, log, metrics, xmpp } = config
  app.disable('x-powered-by')
  app.set('trust proxy', trustProxy)
  normaliseAddresses(app)
  app.set('views', VIEWS)
  app.set('view engine', 'pug')
  app.set('view cache', production)
  // Pages link to the sign-up page if there is one.
  app.locals['registration'] = registration

  if (metrics) app.use(metrics.requests)
  app.use(health(stores, reachability))
  app.use(requestLog(log))
  app.use(recordEvents({ log, names: xmpp, listener: metrics?.count }))
  app.use(securityHeaders(production))
  app.use(onlyPaths)
  // Before the sessions, since a style sheet needs none.
  app.use(express.static(PUBLIC))
  app.use(docsPage())
  app.use(chooseLanguage)
  app.use(noStore)
}

// express-session passes over a target that is no path (`OPTIONS *`), and all that comes after it needs a session.
const onlyPaths: RequestHandler = (req, res, next) => (req.path.startsWith('/') ? next() : notFound(req, res, next))

// Pages contain names and tokens: no cache may keep them, and the back button must not show them after signing out.
const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store')
  next()
}
