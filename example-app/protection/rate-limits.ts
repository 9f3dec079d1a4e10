import type { Request, RequestHandler, Response } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import type { Stores } from '../stores'

const WINDOW_MS = 15 * 60 * 1000
/** wrong passwords from one address for one account */
const MAX_FOR_ACCOUNT = 10
/** wrong passwords from one address, which an office or a school may share */
const MAX_FOR_ADDRESS = 100
/** sign-up forms from one address, shown or submitted */
const MAX_SIGN_UPS = 60

/** The limits for one address. None limits an account alone, so one visitor cannot lock another out. */
export interface RateLimits {
  /** guards a request with a user name and a password; counts those marked by {@link markFailedAttempt} */
  readonly logins: RequestHandler[]
  /** the same for a request with the password of the signed-in visitor */
  readonly passwords: RequestHandler[]
  readonly signUps: RequestHandler
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
  handler: (_req: Request, _res: Response, next: (reason: unknown) => void) =>
    next(new TooManyAttempts('too many attempts')),
} as const

const ONLY_FAILURES = {
  ...COMMON,
  skipSuccessfulRequests: true,
  requestWasSuccessful: (_req: Request, res: Response) => res.locals['attemptFailed'] !== true,
} as const

export function rateLimits(stores: Stores): RateLimits {
  const ofAddress = rateLimit({
    ...ONLY_FAILURES,
    limit: MAX_FOR_ADDRESS,
    store: stores.rateLimit('address'),
    keyGenerator: addressOf,
  })
  const ofAccount = rateLimit({
    ...ONLY_FAILURES,
    limit: MAX_FOR_ACCOUNT,
    store: stores.rateLimit('account'),
    keyGenerator: (req, res) => `${addressOf(req)} ${canonicalName(res.locals['account'])}`,
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
    signUps: rateLimit({ ...COMMON, limit: MAX_SIGN_UPS, store: stores.rateLimit('sign-up'), keyGenerator: addressOf }),
  }
}

// One visitor may have a whole IPv6 network.
function addressOf({ ip }: Request): string {
  return ip === undefined ? 'unknown' : ipKeyGenerator(ip)
}

// Other spellings of a name are the same account. If this misses a spelling, the limit of the address still applies.
function canonicalName(account: unknown): string {
  return typeof account === 'string'
    ? account.slice(0, 1_023).normalize('NFKC').trim().toLowerCase().replace(/@.*$/s, '')
    : ''
}
