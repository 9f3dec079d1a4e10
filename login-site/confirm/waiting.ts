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
  /** ms since 1970 */
  readonly since: number
}

interface KeptWaiting {
  readonly waiting: Waiting | undefined
  keep(waiting: Waiting): Promise<void>
  clear(): void
  /** Seals a request, for a form that may come again: no store holds its id. */
  seal(waiting: Waiting): Promise<string>
  /** Keeps a sealed request again, unless it is over or the browser waits for a newer one. */
  keepAgain(sealed: string): Promise<void>
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

export interface WaitingsOptions {
  readonly production: boolean
  /** path of the site under which the app is */
  readonly base: string
  readonly secret: string
  /** tells whether a request is not over yet */
  readonly isOpen: (id: string) => Promise<boolean>
}

/**
 * Keeps the request of a browser in a sealed cookie. The visitor needs no session for it, and the forms
 * of other tabs stay valid. A second request replaces the first.
 */
export function waitings({ production, base, secret, isOpen }: WaitingsOptions): RequestHandler {
  const { name, attributes } = ownCookie('confirm', production, base)
  const seal = createSeal(keyFor('confirm', secret))
  const own: CookieOptions = { ...attributes, maxAge: LIFETIME_MS }
  const sealed = (waiting: Waiting) => seal.close(waiting, LIFETIME_MS)
  // Sealed by this app, so it is one.
  const opened = async (text: unknown) => (await seal.open(text)) as Waiting | undefined
  return async (req, res, next) => {
    const received: unknown = req.cookies[name]
    req.keptWaiting = {
      waiting: await opened(received),
      async keep(waiting) {
        Object.assign(this, { waiting })
        withdrawCookie(res, name)
        res.cookie(name, await sealed(waiting), own)
      },
      clear() {
        Object.assign(this, { waiting: undefined })
        withdrawCookie(res, name)
        if (received !== undefined) res.clearCookie(name, attributes)
      },
      seal: sealed,
      async keepAgain(text) {
        const waiting = await opened(text)
        const isNewest = waiting && !(this.waiting && this.waiting.since > waiting.since)
        if (isNewest && (await isOpen(waiting.id))) await this.keep(waiting)
      },
    }
    next()
  }
}

/** Returns the request that the browser waits for. */
export function waitingOf({ keptWaiting }: Request): Waiting | undefined {
  return keptWaiting?.waiting
}
