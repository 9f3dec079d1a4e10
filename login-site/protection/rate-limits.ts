import type { Request, RequestHandler, Response } from 'express'
import { rateLimit } from 'express-rate-limit'
import { prepareUsername, type UsernameOptions } from 'passport-xmpp-bosh'
import { logEvent } from '../operation/events'
import type { Stores } from '../stores'
import { addressOf } from './visitor-address'

const WINDOW_MS = 15 * 60 * 1000
/** wrong passwords from one address for one account */
const MAX_FOR_ACCOUNT = 10
/** wrong passwords from one address, which an office or a school may share */
const MAX_FOR_ADDRESS = 100
/** sign-up forms from one address, shown or submitted */
const MAX_SIGN_UPS = 60
/** requests to XMPP apps from one address, also those that are granted; an office or a school may share it */
const MAX_CONFIRMS = 100

/** The limits for one address. None limits an account alone, so one visitor cannot lock another out. */
export interface RateLimits {
  /** guards a request with a user name and a password; counts those marked by {@link markFailedAttempt} */
  readonly logins: RequestHandler[]
  /** the same for a request with the password of the signed-in visitor */
  readonly passwords: RequestHandler[]
  readonly signUps: RequestHandler
  /** guards a request that makes the app write to a person */
  readonly confirms: RequestHandler
}

/** Marks the password of this request as wrong. */
export function markFailedAttempt(res: Response): void {
  res.locals['attemptFailed'] = true
}

/** Refuses a request after too many attempts (429); `Retry-After` is set already. */
export class TooManyAttempts extends Error {
  readonly status = 429
}

const COMMON = {
  windowMs: WINDOW_MS,
  standardHeaders: 'draft-8',
  legacyHeaders: false,
} as const

/** Returns a handler of refused requests, which names the limit in the log. */
const refuse = (limit: 'account' | 'address' | 'sign-up' | 'confirm') => ({
  handler: (req: Request, res: Response, next: (reason: unknown) => void) => {
    logEvent(req, 'lock-out', { outcome: limit, typed: res.locals['account'] })
    next(new TooManyAttempts('too many attempts'))
  },
})

const ONLY_FAILURES = {
  ...COMMON,
  skipSuccessfulRequests: true,
  requestWasSuccessful: (_req: Request, res: Response) => res.locals['attemptFailed'] !== true,
} as const

/** @param names options that a login prepares a user name with, so that all spellings of a name count as one */
export function rateLimits(stores: Stores, names: UsernameOptions): RateLimits {
  const ofAddress = rateLimit({
    ...ONLY_FAILURES,
    ...refuse('address'),
    limit: MAX_FOR_ADDRESS,
    store: stores.rateLimit('address'),
    keyGenerator: addressOf,
  })
  const ofAccount = rateLimit({
    ...ONLY_FAILURES,
    ...refuse('account'),
    limit: MAX_FOR_ACCOUNT,
    store: stores.rateLimit('account'),
    keyGenerator: (req, res) => `${addressOf(req)} ${accountKey(res.locals['account'], names)}`,
  })
  const about = (accountOf: (req: Request) => unknown): RequestHandler[] => [
    (req, res, next) => {
      res.locals['account'] = accountOf(req)
      next()
    },
    ofAddress,
    ofAccount,
  ]
  return {
    logins: about(({ body }) => body?.username),
    passwords: about(({ user }) => user?.username),
    signUps: rateLimit({
      ...COMMON,
      ...refuse('sign-up'),
      limit: MAX_SIGN_UPS,
      store: stores.rateLimit('sign-up'),
      keyGenerator: addressOf,
    }),
    confirms: rateLimit({
      ...COMMON,
      ...refuse('confirm'),
      limit: MAX_CONFIRMS,
      store: stores.rateLimit('confirm'),
      keyGenerator: addressOf,
    }),
  }
}

// A name that cannot be an account is refused without asking the server: all such names share a key.
function accountKey(username: unknown, { domain, maxUsernameBytes }: UsernameOptions): string {
  return (typeof username === 'string' && prepareUsername(username, { domain, maxUsernameBytes })) || ''
}
