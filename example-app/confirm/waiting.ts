import type { CookieOptions, Request, RequestHandler } from 'express'
import { ownCookie, withdrawCookie } from '../protection/cookies'
import { keyFor } from '../protection/keys'
import { createSeal } from '../protection/seal'

/** The request that this browser waits for. */
export interface Waiting {
  /** its id, which lets its holder in once the person has agreed: it never leaves the sealed cookie */
  readonly id: string
  /** page of the app that the sign-in leads to */
  readonly target: string
  /** the visitor chose to stay signed in */
  readonly stay: boolean
  /** number of the latest revocation when the request began: a later one ends the session at once */
  readonly revocation: number
}

interface KeptWaiting {
  readonly waiting: Waiting | undefined
  keep(waiting: Waiting): Promise<void>
  clear(): void
}

declare global {
  namespace Express {
    interface Request {
      keptWaiting?: KeptWaiting
    }
  }
}

/** ms. Longer than any request is valid: the page can say that it is over. */
const LIFETIME_MS = 30 * 60 * 1000

/**
 * Keeps the request of a browser in a sealed cookie. The visitor needs no session for it, and the forms
 * of other tabs stay valid. A second request replaces the first.
 */
export function waitings(production: boolean, base: string, secret: string): RequestHandler {
  const { name, attributes } = ownCookie('confirm', production, base)
  const seal = createSeal(keyFor('confirm', secret))
  const own: CookieOptions = { ...attributes, maxAge: LIFETIME_MS }
  return async (req, res, next) => {
    const received: unknown = req.cookies[name]
    req.keptWaiting = {
      // Sealed by this app, so it is one.
      waiting: (await seal.open(received)) as Waiting | undefined,
      async keep(waiting) {
        Object.assign(this, { waiting })
        withdrawCookie(res, name)
        res.cookie(name, await seal.close(waiting, LIFETIME_MS), own)
      },
      clear() {
        Object.assign(this, { waiting: undefined })
        withdrawCookie(res, name)
        if (received !== undefined) res.clearCookie(name, attributes)
      },
    }
    next()
  }
}

/** Returns the request that the browser waits for. */
export function waitingOf({ keptWaiting }: Request): Waiting | undefined {
  return keptWaiting?.waiting
}
