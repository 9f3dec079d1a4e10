import { type ErrorRequestHandler, Router } from 'express'
import { ADMINS } from 'passport-xmpp-bosh-login-site/config/roles'
import { createSite, type Site, type SiteConfig, type SiteRooms } from 'passport-xmpp-bosh-login-site/site'
import { api } from './api/api'
import { docsPage } from './api/docs-page'
import { apiProblem } from './api/problems'
import { VIEWS } from './folders'
import { admin } from './pages/admin'

export type AppConfig = SiteConfig
export type App = Site

/** Creates the whole app. It does not listen; server.ts or a test does. */
export function createApp(config: AppConfig): App {
  return createSite(config, { routes, errors: problems, views: VIEWS, adminRole: ADMINS })
}

const routes = (rooms: SiteRooms) => ({ open: docsPage(), pages: pages(rooms) })

function pages({ config, roles, cookie, stores, confirmLogin, ...rooms }: SiteRooms): Router {
  const router = Router()
  if (roles?.has(ADMINS)) router.use(admin({ roles, cookie, stores }))
  const { logIn, accounts, about, csrf, signOut, limits, seal } = rooms
  const { registration } = config
  router.use('/api', api({ logIn, accounts, about, csrf, signOut, limits, seal, registration, confirm: confirmLogin }))
  return router
}

/** Answers programs with problem details. An error before the routes of the API, such as one of the store, is among them. */
const problems: ErrorRequestHandler = (error: unknown, req, res, next) =>
  /^\/api(?:\/|$)/i.test(req.path) ? apiProblem(error, req, res, next) : next(error)
