import { type RequestHandler, Router, static as staticFiles } from 'express'
import { requireSecure } from 'passport-xmpp-bosh-login-site/protection/insecure-request'
import { PUBLIC } from '../folders'
import type { ProviderLimits } from './limits'

export interface RoutesOptions {
  readonly handler: RequestHandler
  readonly limits: ProviderLimits
  /** path of the provider under the base of the site */
  readonly mount: string
}

const DISCOVERY = ['/.well-known/openid-configuration', '/.well-known/oauth-authorization-server']

/** Serves the requests of clients themselves, which have no session, and the provider's public files. */
export function clientRoutes({ handler, limits, mount }: RoutesOptions, ...more: RequestHandler[]): Router {
  const router = Router()
  const provider = Router()
  provider.all('/par', limits.pushed)
  provider.all(['/token', '/token/revocation', '/me'], limits.tokens)
  provider.all([...DISCOVERY, '/jwks', '/par', '/token', '/token/revocation', '/me'], onlyOnPath, handler)
  router.use(mount || '/', provider, ...more)
  router.use('/provider', staticFiles(PUBLIC))
  return router
}

/** Serves the requests of visitors' browsers. The session of the site tells the account. */
export function visitorRoutes({ handler, limits, mount }: RoutesOptions): Router {
  const router = Router()
  const own = Router()
  own.all('/auth', limits.starts, overHttps)
  own.all('/session/end', limits.ends)
  own.all(['/auth', '/auth/:uid', '/session/end', '/session/end/confirm', '/session/end/success'], onlyOnPath, handler)
  router.use(mount || '/', own)
  return router
}

// Without https, the browser drops the cookies of the sign-in, and the log says which setting is wrong.
const overHttps: RequestHandler = (req, _res, next) => {
  requireSecure(req)
  next()
}

// A request line may hold a whole URL, of which oidc-provider would make addresses.
const onlyOnPath: RequestHandler = (req, _res, next) => next(req.originalUrl.startsWith('/') ? undefined : 'router')
