import type { Request, RequestHandler, Response } from 'express'
import { ipKeyGenerator, rateLimit } from 'express-rate-limit'
import type { Stores } from '../stores'

const WINDOW_MS = 15 * 60 * 1000
/** wrong passwords of one address for one account */
const MAX_FOR_ACCOUNT = 10
/** wrong passwords of one address, which an office or a school may share */
const MAX_FOR_ADDRESS = 100
/** forms for a new account, shown or handed in */
const MAX_SIGN_UPS = 60

/** What an address may try. Nobody can lock somebody else out: no limit is of an account alone. */
export interface RateLimits {
  /** in front of what takes a name and a password; counts what {@link attemptFailed} is said of */
  readonly logins: RequestHandler[]
  /** the same in front of what takes the password of who is signed in */
  readonly passwords: RequestHandler[]
  readonly signUps: RequestHandler
}

/** Says that the password of this request was wrong. */
export function attemptFailed(res: Response): void {
  res.locals['attemptFailed'] = true
}

/** A refusal of too many attempts (429); `Retry-After` is set already. */
export class TooManyAttempts extends Error {
  readonly status = 429
}

export function rateLimits(stores: Stores): RateLimits {
  const common = {
    windowMs: WINDOW_MS,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: (_req: Request, _res: Response, next: (reason: unknown) => void) =>
      next(new TooManyAttempts('too many attempts')),
  } as const
  const onlyFailures = {
    ...common,
    skipSuccessfulRequests: true,
    requestWasSuccessful: (_req: Request, res: Response) => res.locals['attemptFailed'] !== true,
  }
  const ofAddress = rateLimit({
    ...onlyFailures,
    limit: MAX_FOR_ADDRESS,
    store: stores.rateLimit('address'),
    keyGenerator: addressOf,
  })
  const ofAccount = rateLimit({
    ...onlyFailures,
    limit: MAX_FOR_ACCOUNT,
    store: stores.rateLimit('account'),
    keyGenerator: (req, res) => `${addressOf(req)} ${spelling(res.locals['account'])}`,
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
    signUps: rateLimit({ ...common, limit: MAX_SIGN_UPS, store: stores.rateLimit('sign-up'), keyGenerator: addressOf }),
  }
}

// IPv6: one visitor has a whole network.
function addressOf({ ip }: Request): string {
  return ip === undefined ? 'unknown' : ipKeyGenerator(ip)
}

// Another spelling is no other account. Of those that this takes for two, the limit of the address takes care.
function spelling(account: unknown): string {
  return typeof account === 'string'
    ? account.slice(0, 1_023).normalize('NFKC').trim().toLowerCase().replace(/@.*$/s, '')
    : ''
}
