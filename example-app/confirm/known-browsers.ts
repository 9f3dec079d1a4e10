import type { Request, RequestHandler, Response } from 'express'
import { ownCookie } from '../protection/cookies'
import { keyFor } from '../protection/keys'
import { createSeal } from '../protection/seal'

/** ms. A browser that was not used for so long is a stranger again. */
const LIFETIME_MS = 180 * 24 * 60 * 60 * 1000
/** accounts that a browser is remembered for */
const MAX_ACCOUNTS = 3

/**
 * Browsers that have signed in before. Only there may the app of the person show a dialog with one button: a stranger's
 * browser could ask for it at any time, and a person used to the dialog agrees without reading the number.
 */
export interface KnownBrowsers {
  /** Reads the cookie of a request. */
  readonly read: RequestHandler
  /** Tells whether this browser has signed in as `jid` before. */
  isKnown(req: Request, jid: string | undefined): boolean
  /** Remembers the browser after a sign-in. */
  remember(req: Request, res: Response, jid: string): Promise<void>
}

export function createKnownBrowsers(production: boolean, base: string, secret: string): KnownBrowsers {
  const { name, attributes } = ownCookie('known', production, base)
  const seal = createSeal(keyFor('known browser', secret))
  const of = ({ res }: Request) => (res?.locals['knownAccounts'] ?? []) as readonly string[]
  return {
    async read(req, res, next) {
      res.locals['knownAccounts'] = await seal.open(req.cookies[name])
      next()
    },
    isKnown: (req, jid) => jid !== undefined && of(req).includes(jid.toLowerCase()),
    async remember(req, res, jid) {
      const accounts = [jid, ...of(req).filter(known => known !== jid)].slice(0, MAX_ACCOUNTS)
      res.cookie(name, await seal.close(accounts, LIFETIME_MS), { ...attributes, maxAge: LIFETIME_MS })
    },
  }
}
