import express, { type Express, type RequestHandler, Router } from 'express'
import { displayJid } from 'passport-xmpp-bosh'
import { api } from './api/api'
import { docsPage } from './api/docs-page'
import { apiProblem } from './api/problems'
import { createAccounts } from './auth/accounts'
import { createAuth, createRegistration, type XmppOptions } from './auth/auth'
import { passwordLogin } from './auth/password-login'
import { recordedAccounts, recordedLogin, recordedSignOut } from './auth/recorded'
import { createRoles, type Roles } from './auth/roles'
import type { Branding } from './branding/branding'
import { brandFiles, brandRoutes } from './branding/files'
import type { ConfirmConfig } from './config/confirm'
import { ADMINS, type RolesConfig } from './config/roles'
import { type Confirm, createConfirm } from './confirm'
import { confirmPages } from './confirm/pages'
import { type DemoPhones, demoPhone, isOnThisMachine, withPhones } from './demo/phone'
import { Forms } from './forms/forms'
import { hiddenFields } from './forms/hidden-fields'
import { logStop, recordEvents } from './operation/events'
import { PUBLIC, VIEWS } from './operation/folders'
import { health } from './operation/health'
import { type Log, requestLog } from './operation/log'
import type { Metrics } from './operation/metrics/metrics'
import { createReachability, type Reachability } from './operation/reachability'
import { account, CHANGE_PASSWORD } from './pages/account'
import { admin } from './pages/admin'
import { errorPage, notFound } from './pages/error-page'
import { home } from './pages/home'
import { login } from './pages/login'
import { logout } from './pages/logout'
import { picture } from './pages/picture'
import { register } from './pages/register'
import { sessions } from './pages/sessions'
import { readCookies } from './protection/cookies'
import { createCsrf } from './protection/csrf'
import { keyFor } from './protection/keys'
import { rateLimits } from './protection/rate-limits'
import { createSeal } from './protection/seal'
import { securityHeaders } from './protection/security-headers'
import { normaliseAddresses } from './protection/visitor-address'
import { aboutVisitor } from './sessions/about'
import { endSessionsOf } from './sessions/end-all'
import { goTo } from './sessions/go-to'
import { notices } from './sessions/notice'
import { createOwnSessions } from './sessions/own-sessions'
import { type IsOwn, ownAccounts, restoreOf } from './sessions/profile'
import { sessionCookie, sessionMiddleware } from './sessions/session-cookie'
import { createSignOut, type SignOut } from './sessions/sign-out'
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
  readonly xmpp: XmppOptions
  readonly stores: Stores
  readonly log: Log
  readonly metrics?: Metrics | undefined
}

export interface App extends Express {
  /** the check of the XMPP server, which `/readyz` and the metrics share */
  readonly xmpp: Reachability
  /** tells whether the service account is online; `undefined`: there is none */
  readonly isAccountOnline: (() => boolean) | undefined
  /** Answers the requests that are held, for a server that is to stop. */
  release(): void
  /** Closes everything the app opened. Logins in progress get an error. */
  close(): Promise<void>
}

/** Creates the whole app. It does not listen; server.ts or a test does. */
export function createApp(config: AppConfig): App {
  const { stores, branding, xmpp, registration: isOpen, production, sessionSecret: secret } = config
  const isOwn = ownAccounts(xmpp.domain)
  const { base } = branding
  const cookie = sessionCookie(production, base)
  const signOut = createSignOut(cookie, stores)
  const confirm = confirmOf(config, signOut)
  const roles = rolesOf(config, confirm)
  const about = aboutVisitor(stores.cards, roles)
  const asked = { ...xmpp, ...(config.profile && { profile: config.profile }), ...(roles && { roles }) }
  const { passport, authenticator } = createAuth(asked, restoreOf(xmpp.domain, config.confirm?.allow))
  const registration = config.registration
    ? createRegistration({ ...xmpp, captchaHosts: config.captchaHosts ?? [] })
    : undefined
  const recordedOnes = recordedAccounts(
    createAccounts({ ...xmpp, authenticator, registration, stores, isOwn, hasRole: roles?.hasAny }),
  )
  const accounts = config.phones ? withPhones(recordedOnes, config.phones) : recordedOnes
  const reachability = createReachability({ ...xmpp, log: config.log })
  const close = async () => {
    reachability.close()
    roles?.close()
    await Promise.all([authenticator.close(), registration?.close(), confirm?.close()])
  }
  const limits = rateLimits(stores, xmpp)
  const checked = recordedLogin(passwordLogin(passport, stores))
  const logIn = confirm ? confirm.lifting(checked) : checked
  const csrf = createCsrf({ production, base, secret, session: cookie.name })
  const forms = new Forms({ csrf, secret, cookie, stores })
  const seal = createSeal(keyFor('sign-up form', secret))
  const app = Object.assign(express(), {
    close,
    xmpp: reachability,
    isAccountOnline: confirm?.isOnline,
    release: () => confirm?.release(),
  })
  const routes = Router()

  configure(app, config, reachability)
  app.use(base || '/', routes)
  app.use(notFound)
  app.use(errorPage)

  if (confirm) routes.use(confirm.wellKnown)
  routes.use(withoutSession(config, reachability))
  routes.use(readCookies, notices(production, base, secret), hiddenFields(csrf), ...(confirm?.cookies ?? []))
  routes.use(sessionMiddleware(cookie, secret, stores.sessions))
  routes.use(passport.session())
  routes.use(endRevokedSessions(stores, cookie))
  routes.use(forTemplates(isOwn, config.phones !== undefined))

  routes.use(home(about))
  routes.use(login({ logIn, forms, limits, confirm: confirm?.login }))
  if (confirm) routes.use(confirmPages(confirm.login, forms, limits))
  if (config.phones) routes.use(demoPhone(config.phones, forms))
  const recorded = recordedSignOut(signOut)
  routes.use(logout(recorded, forms))
  const { captchaHosts } = config
  if (isOpen) routes.use(register({ accounts, forms, seal, limits, captchaHosts }))
  if (roles?.has(ADMINS)) routes.use(admin({ roles, cookie, stores }))
  routes.use(picture(stores.cards))
  const ownSessions = createOwnSessions(stores, secret)
  routes.use(sessions({ ownSessions, cookie, signOut: recorded, forms }))
  routes.use(account({ accounts, registration: isOpen, isOwn, ownSessions, cookie, signOut, forms, limits }))
  routes.use(
    '/api',
    api({ logIn, accounts, about, csrf, signOut, limits, seal, registration: isOpen, confirm: confirm?.login }),
  )
  routes.use('/api', apiProblem)
  routes.use(notFound)
  routes.use(errorPage)
  return app
}

function rolesOf(
  { roles: rooms, roleMaxAge: maxAge, log }: AppConfig,
  confirm: Confirm | undefined,
): Roles | undefined {
  return rooms && confirm ? createRoles({ rooms, maxAge, account: confirm.account, log }) : undefined
}

function confirmOf(config: AppConfig, signOut: SignOut): Confirm | undefined {
  const { confirm, branding, stores, log, metrics, sessionSecret: secret, ...others } = config
  if (!confirm) return undefined
  const { appName, base } = branding
  const onStop = async (jid: string) => {
    await endSessionsOf(jid, stores)
    logStop(log, jid, metrics?.count)
  }
  return createConfirm({ ...others, confirm, stores, log, secret, appName, base, onStop, signOut })
}

/** Sets the app up: settings, the data of all templates, health, log and headers. */
function configure(app: Express, config: AppConfig, reachability: Reachability): void {
  const { production, branding, metrics, log } = config
  app.disable('x-powered-by')
  app.set('trust proxy', config.trustProxy)
  normaliseAddresses(app)
  app.set('views', VIEWS)
  app.set('view engine', 'pug')
  // A page costs several times as much when its template is compiled for it. A changed template needs a restart.
  app.set('view cache', true)
  Object.assign(app.locals, {
    appName: branding.appName,
    helpUrl: branding.helpUrl,
    base: branding.base,
    files: brandFiles(branding),
    domain: displayJid(config.xmpp.domain),
    // Pages link to the sign-up page if there is one.
    registration: config.registration,
  })

  if (metrics) app.use(metrics.requests)
  // Here and under the base: a check of the health need not know where the site has the app.
  app.use(health(config.stores, reachability))
  app.use(requestLog(log))
  app.use(recordEvents({ log, names: config.xmpp, listener: metrics?.count }))
  app.use(securityHeaders(production))
  // Error pages need the texts, wherever the error is.
  app.use(chooseLanguage)
  app.use(onlyPaths)
}

/** Serves files and pages that need no session. */
function withoutSession({ stores, branding }: AppConfig, reachability: Reachability): Router {
  const router = Router()
  if (branding.base) router.use(health(stores, reachability))
  router.use(brandRoutes(branding, brandFiles(branding)))
  router.use(express.static(PUBLIC))
  router.use(docsPage())
  router.get('/.well-known/change-password', (_req, res) => goTo(res, CHANGE_PASSWORD))
  router.use(forOneVisitor)
  return router
}

// express-session passes over a target that is no path (`OPTIONS *`), and all that comes after it needs a session.
const onlyPaths: RequestHandler = (req, res, next) => (req.path.startsWith('/') ? next() : notFound(req, res, next))

// Pages contain names and tokens: no cache may keep them, and the back button must not show them after signing out.
const forOneVisitor: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store').vary('Accept-Language')
  next()
}

/**
 * Names the signed-in visitor to the templates, since every page has the menu with the sign-out form. Pages link to the phone
 * of the demo where it can be reached.
 */
function forTemplates(isOwn: IsOwn, hasPhones: boolean): RequestHandler {
  return (req, res, next) => {
    const { user } = req
    const isOwnUser = user !== undefined && isOwn(user.jid)
    // The name alone may be that of another account here.
    const userName = isOwnUser ? user.displayName : user?.displayJid
    Object.assign(res.locals, { user, userName, isOwn: isOwnUser, demoPhone: hasPhones && isOnThisMachine(req) })
    next()
  }
}
