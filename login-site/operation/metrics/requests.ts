import type { Request, RequestHandler } from 'express'
import type { OwnMetrics } from './definitions'

const METHODS: readonly string[] = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS']
const MS_PER_S = 1_000
const STATUS_CLASS = 100

/** Measures each request, by its route and not by its path, which a visitor chooses. */
export function measureRequests({ requests }: OwnMetrics): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now()
    // `close` comes after an answer, and also when the visitor leaves before it.
    res.once('close', () => {
      requests.observe(
        {
          method: METHODS.includes(req.method) ? req.method : 'other',
          route: routeOf(req),
          status: res.writableFinished ? `${Math.floor(res.statusCode / STATUS_CLASS)}xx` : 'aborted',
        },
        (performance.now() - startedAt) / MS_PER_S,
      )
    })
    next()
  }
}

/** Returns the path that the app gave to the route; `none` for files and for addresses without a page. */
function routeOf({ route, originalUrl }: Request): string {
  if (typeof route?.path !== 'string') return 'none'
  return /^(?:\w+:\/\/[^/]*)?(?:\/[^?]*)?\/api(?:[/?]|$)/i.test(originalUrl) ? `/api${route.path}` : route.path
}
