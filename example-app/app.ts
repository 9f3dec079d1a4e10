import express, { type Express, type RequestHandler, Router } from 'express'
import { displayJid } from 'passport-xmpp-bosh'
import { api } from './api/api'
import { docsPage } from './api/docs-page'
import { apiProblem } from './api/problems'
import { createAccounts } from './auth/accounts'
import { createAuth, createRegistration, type XmppOptions } from './auth/auth'
import { passwordLogin } from './auth/password-login'
import type { Branding } from './branding/branding'
import { brandFiles, brandRoutes } from './branding/files'
import { PUBLIC, VIEWS } from './operation/folders'
import { health } from './operation/health'
import { type Log, requestLog } from './operation/log'
import { account, CHANGE_PASSWORD } from './pages/account'
import { errorPage, notFound } from './pages/error-page'
import { home } from './pages/home'
import { login } from './pages/login'
import { logout } from './pages/logout'
import { register } from './pages/register'
import { csrfTokenOf } from './protection/csrf'
import { rateLimits } from './protection/rate-limits'
import { securityHeaders } from './protection/security-headers'
import { goTo } from './sessions/go-to'
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
  readonly branding: Branding
  readonly xmpp: XmppOptions
  readonly stores: Stores
  readonly log: Log
}

export interface App extends Express {
  /** Closes everything the app opened. Logins in progress get an error. */
  close(): Promise<void>
}

/** Creates the whole app. It does not listen; server.ts or a test does. */
export function createApp(config: AppConfig): App {
  const { stores, branding, xmpp } = config
  const { passport, authenticator } = createAuth(xmpp)
  const registration = config.registration
    ? createRegistration({ ...xmpp, captchaHosts: config.captchaHosts ?? [] })
    : undefined
  const accounts = createAccounts({ ...xmpp, authenticator, registration, revocations: stores.revocations })
  const close = async () => void (await Promise.all([authenticator.close(), registration?.close()]))
  const cookie = sessionCookie(config.production, branding.base)
  const signOut = createSignOut(cookie, stores.revocations)
  const limits = rateLimits(stores, xmpp)
  const logIn = passwordLogin(passport, stores.revocations)
  const app = Object.assign(express(), { close })
  const routes = Router()

  configure(app, config)
  app.use(branding.base || '/', routes)
  app.use(notFound)
  app.use(errorPage)

  routes.use(withoutSession(config))
  routes.use(sessionMiddleware(cookie, config.sessionSecret, stores.sessions))
  routes.use(passport.session())
  routes.use(endRevokedSessions(stores.revocations))
  routes.use(forTemplates)

  routes.use(home())
  routes.use(login(logIn, limits))
  routes.use(logout(signOut))
  if (config.registration) routes.use(register(accounts, limits, config.captchaHosts))
  routes.use(account(accounts, config.registration, cookie, limits))
  routes.use('/api', api({ logIn, accounts, signOut, limits, registration: config.registration }))
  routes.use('/api', apiProblem)
  routes.use(notFound)
  routes.use(errorPage)
  return app
}

/** Sets the app up: settings, the data of all templates, health, log and headers. */
function configure(app: Express, config: AppConfig): void {
  const { production, branding } = config
  app.set('trust proxy', config.trustProxy)
  app.set('views', VIEWS)
  app.set('view engine', 'pug')
  app.set('view cache', production)
  Object.assign(app.locals, {
    appName: branding.appName,
    helpUrl: branding.helpUrl,
    base: branding.base,
    files: brandFiles(branding),
    domain: displayJid(config.xmpp.domain),
    // Pages link to the sign-up page if there is one.
    registration: config.registration,
  })

  // Here and under the base: a check of the health need not know where the site has the app.
  app.use(health(config.stores))
  app.use(requestLog(config.log))
  app.use(securityHeaders(production))
  // Error pages need the texts, wherever the error is.
  app.use(chooseLanguage)
}

/** Serves files and pages that need no session. */
function withoutSession({ stores, branding }: AppConfig): Router {
  const router = Router()
  if (branding.base) router.use(health(stores))
  router.use(brandRoutes(branding, brandFiles(branding)))
  router.use(express.static(PUBLIC))
  router.use(docsPage())
  router.get('/.well-known/change-password', (_req, res) => goTo(res, CHANGE_PASSWORD))
  router.use(forOneVisitor)
  return router
}

// Pages contain names and tokens: no cache may keep them, and the back button must not show them after signing out.
const forOneVisitor: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store').vary('Accept-Language')
  next()
}

/** Names the signed-in visitor to the templates, since every page has the menu with the sign-out form. */
const forTemplates: RequestHandler = (req, res, next) => {
  Object.assign(res.locals, { user: req.user, formToken: () => csrfTokenOf(req) })
  next()
}
