import express, { type Express } from 'express'
import { api } from './api/api'
import { docsUi } from './api/docs-page'
import { apiProblem } from './api/problems'
import { createAccounts } from './auth/accounts'
import { createAuth, type XmppOptions } from './auth/auth'
import { passwordLogin } from './auth/password-login'
import { createRegistration } from './auth/registration'
import { PUBLIC, VIEWS } from './operation/folders'
import { health } from './operation/health'
import { type Log, requestLog } from './operation/log'
import { account } from './pages/account'
import { errorPage, notFound } from './pages/error-page'
import { home } from './pages/home'
import { login } from './pages/login'
import { logout } from './pages/logout'
import { register } from './pages/register'
import { rateLimits } from './protection/rate-limits'
import { securityHeaders } from './protection/security-headers'
import { sessionCookie, sessions } from './sessions/session-cookie'
import { sessionEnd } from './sessions/sign-out'
import { endedSessions } from './sessions/signed-in'
import type { Stores } from './stores'

export interface AppConfig {
  readonly production: boolean
  /** proxies in front of the app whose `X-Forwarded-*` count: how many, or their addresses */
  readonly trustProxy: false | number | readonly string[]
  readonly sessionSecret: string
  readonly registration: boolean
  readonly xmpp: XmppOptions
  readonly stores: Stores
  readonly log: Log
}

export interface App extends Express {
  /** Ends what the app opened. Logins in flight are answered with an error. */
  close(): Promise<void>
}

/** The whole app. It listens on nothing: that is for server.ts, or for a test. */
export function createApp(config: AppConfig): App {
  const { stores } = config
  const { passport, authenticator } = createAuth(config.xmpp)
  const registration = config.registration ? createRegistration(config.xmpp) : undefined
  const accounts = createAccounts({ ...config.xmpp, authenticator, registration, generations: stores.generations })
  const close = async () => void (await Promise.all([authenticator.close(), registration?.close()]))
  const cookie = sessionCookie(config.production)
  const endSession = sessionEnd(cookie, stores.generations)
  const limits = rateLimits(stores)
  const logIn = passwordLogin(passport, stores.generations)
  const app = Object.assign(express(), { close })

  app.set('trust proxy', config.trustProxy)
  app.set('views', VIEWS)
  app.set('view engine', 'pug')
  app.set('view cache', config.production)
  // For every page: whether there is a way to an account.
  app.locals['registration'] = config.registration

  app.use(health(stores))
  app.use(requestLog(config.log))
  app.use(securityHeaders(config.production))
  // Before the sessions: a style sheet needs none.
  app.use(express.static(PUBLIC))
  app.use(docsUi())
  app.use((_req, res, next) => {
    // Pages hold names and tokens: nothing for a cache, nor for the back button after signing out.
    res.set('Cache-Control', 'no-store')
    next()
  })
  app.use(sessions(cookie, config.sessionSecret, stores.sessions))
  app.use(passport.session())
  app.use(endedSessions(stores.generations))

  app.use(home())
  app.use(login(logIn, limits))
  app.use(logout(endSession))
  if (config.registration) app.use(register(accounts, config.xmpp.domain, limits))
  app.use(account(accounts, config.registration, cookie, limits))
  app.use('/api', api({ logIn, accounts, endSession, limits, registration: config.registration }))
  app.use('/api', apiProblem)
  app.use(notFound)
  app.use(errorPage)
  return app
}
