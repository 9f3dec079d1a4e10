import type { Request, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { TooManyAttempts } from 'passport-xmpp-bosh-login-site/protection/rate-limits'
import { addressOf } from 'passport-xmpp-bosh-login-site/protection/visitor-address'
import type { Stores } from 'passport-xmpp-bosh-login-site/stores/stores'
import type { LogProviderEvent } from '../operation/events'

const WINDOW_MS = 15 * 60 * 1000
/** requests that may each leave an interaction in the store; an office or a school may share an address */
const MAX_STARTS = 1_000
/** sign-outs that a client begins, which may each leave a session without an account in the store */
const MAX_ENDS = 1_000
/** pushed requests, of a client's server for all its visitors */
const MAX_PUSHED = 10_000
/** refused requests of a client, for all its visitors; each may be a guess */
const MAX_REFUSED = 1_000

/** The limits for one address. */
export interface ProviderLimits {
  readonly starts: RequestHandler
  readonly ends: RequestHandler
  readonly pushed: RequestHandler
  readonly tokens: RequestHandler
}

export function providerLimits(stores: Pick<Stores, 'rateLimit'>, logEvent: LogProviderEvent): ProviderLimits {
  const limit = (name: string, max: number, refuse: RequestHandler, onlyRefused = false) =>
    rateLimit({
      windowMs: WINDOW_MS,
      limit: max,
      standardHeaders: 'draft-8',
      legacyHeaders: false,
      store: stores.rateLimit(name),
      keyGenerator: addressOf,
      skipSuccessfulRequests: onlyRefused,
      handler(req: Request, res: Response, next) {
        logEvent(req, 'oidc-limited', { outcome: name })
        return refuse(req, res, next)
      },
    })
  return {
    starts: limit('oidc-auth', MAX_STARTS, asPage),
    ends: limit('oidc-end', MAX_ENDS, asPage),
    pushed: limit('oidc-par', MAX_PUSHED, asJson),
    tokens: limit('oidc-token', MAX_REFUSED, asJson, true),
  }
}

/** Refuses a request of a visitor. */
const asPage: RequestHandler = (_req, _res, next) => next(new TooManyAttempts('too many requests'))

/** Refuses a request that no visitor sees. */
const asJson: RequestHandler = (_req, res) => {
  res.status(429).json({ error: 'temporarily_unavailable', error_description: 'too many requests from this address' })
}
