import express, { type Express, type RequestHandler, Router } from 'express'
import { displayJid } from 'passport-xmpp-bosh'
import { brandFiles, brandRoutes } from './branding/files'
import { confirmPages } from './confirm/pages'
import { demoPhone, isOnThisMachine } from './demo/phone'
import { hiddenFields } from './forms/hidden-fields'
import { recordEvents } from './operation/events'
import { PUBLIC, VIEWS } from './operation/folders'
import { health } from './operation/health'
import { requestLog } from './operation/log'
import { account, CHANGE_PASSWORD } from './pages/account'
import { errorPage, notFound } from './pages/error-page'
import { home } from './pages/home'
import { login } from './pages/login'
import { logout } from './pages/logout'
import { picture } from './pages/picture'
import { register } from './pages/register'
import { sessions } from './pages/sessions'
import type { SiteExtension, SiteRooms, SiteRoutes } from './parts'
import { readCookies } from './protection/cookies'
import { leadingTo } from './protection/return-to'
import { securityHeaders } from './protection/security-headers'
import { normaliseAddresses } from './protection/visitor-address'
import { goTo } from './sessions/go-to'
import { notices } from './sessions/notice'
import { createOwnSessions } from './sessions/own-sessions'
import type { IsOwn } from './sessions/profile'
import { sessionMiddleware } from './sessions/session-cookie'
import { endRevokedSessions } from './sessions/signed-in'
import { chooseLanguage } from './texts'

/** Creates the application with the pages of a site and those of its extension. */
export function mountSite(rooms: SiteRooms, extension: SiteExtension): Express {
  const { config, confirm } = rooms
  const { production, branding, sessionSecret: secret } = config
  const { base } = branding
  const app = express()
  const routes = Router()
  const added = extension.routes?.(rooms) ?? {}
  configure(app, rooms, extension)
  app.use(base || '/', routes)
  app.use(notFound)
  app.use(errorPage)

  if (confirm) routes.use(confirm.wellKnown)
  routes.use(withoutSession(rooms, added))
  routes.use(readCookies, notices(production, base, secret), hiddenFields(rooms.csrf), ...(confirm?.cookies ?? []))
  routes.use(sessionMiddleware(rooms.cookie, secret, rooms.stores.sessions))
  routes.use(rooms.passport.session())
  routes.use(endRevokedSessions(rooms.stores, rooms.cookie))
  routes.use(forTemplates(rooms.isOwn, config.phones !== undefined))
  if (added.pages) routes.use(added.pages)
  routes.use(pages(rooms, extension))
  if (extension.errors) routes.use(extension.errors)
  routes.use(notFound)
  routes.use(errorPage)
  return app
}

/** Serves the pages of the site. */
function pages(rooms: SiteRooms, { adminRole }: SiteExtension): Router {
  const { config, stores, accounts, forms, limits, seal, cookie, signOut, isOwn, logIn, confirmLogin } = rooms
  const router = Router()
  router.use(home(rooms.about, adminRole))
  router.use(login({ logIn, forms, limits, confirm: confirmLogin }))
  if (confirmLogin) router.use(confirmPages(confirmLogin, forms, limits))
  if (config.phones) router.use(demoPhone(config.phones, forms))
  router.use(logout(rooms.recordedSignOut, forms))
  const { captchaHosts, registration } = config
  if (registration) router.use(register({ accounts, forms, seal, limits, captchaHosts }))
  router.use(picture(stores.cards))
  const ownSessions = createOwnSessions(stores, config.sessionSecret)
  router.use(sessions({ ownSessions, cookie, signOut: rooms.recordedSignOut, forms }))
  router.use(account({ accounts, registration, isOwn, ownSessions, cookie, signOut, forms, limits }))
  return router
}

/** Sets the app up: settings, the data of all templates, health, log and headers. */
function configure(app: Express, rooms: SiteRooms, { views }: SiteExtension): void {
  const { production, branding, metrics, log, xmpp, registration, trustProxy } = rooms.config
  app.disable('x-powered-by')
  app.set('trust proxy', trustProxy)
  normaliseAddresses(app)
  app.set('views', [VIEWS, ...(views === undefined ? [] : [views])])
  app.set('view engine', 'pug')
  // A page costs several times as much when its template is compiled for it. A changed template needs a restart.
  app.set('view cache', true)
  Object.assign(app.locals, {
    // The folder in which pug looks up `extends /layout`.
    basedir: VIEWS,
    appName: branding.appName,
    helpUrl: branding.helpUrl,
    base: branding.base,
    files: brandFiles(branding),
    domain: displayJid(xmpp.domain),
    // For the links between pages that lead to the same one.
    leadingTo,
    // Pages link to the sign-up page if there is one.
    registration,
  })

  if (metrics) app.use(metrics.requests)
  // Here and under the base: a check of the health need not know where the site has the app.
  app.use(health(rooms.stores, rooms.reachability))
  app.use(requestLog(log))
  app.use(recordEvents({ log, names: xmpp, listener: metrics?.count }))
  app.use(securityHeaders(production))
  // Error pages need the texts, wherever the error is.
  app.use(chooseLanguage)
  app.use(onlyPaths)
}

/** Serves files and pages that need no session. */
function withoutSession(rooms: SiteRooms, { open }: SiteRoutes): Router {
  const { branding } = rooms.config
  const router = Router()
  if (branding.base) router.use(health(rooms.stores, rooms.reachability))
  router.use(brandRoutes(branding, brandFiles(branding)))
  router.use(express.static(PUBLIC))
  if (open) router.use(open)
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
