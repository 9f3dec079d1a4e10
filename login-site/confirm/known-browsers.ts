import type { Request, RequestHandler, Response } from 'express'
import { ownCookie } from '../protection/cookies'
import { keyFor } from '../protection/keys'
import { createSeal } from '../protection/seal'
import type { Stores } from '../stores'
import { LONGEST_SESSION_MS } from '../stores/lifetimes'

/** ms. A browser that was not used for so long is a stranger again. No longer than a revocation is remembered. */
const LIFETIME_MS = LONGEST_SESSION_MS
/** accounts that a browser is remembered for */
const MAX_ACCOUNTS = 3

/**
 * Browsers that have signed in before. Only there may the app of the person show a dialog with one button: a stranger's
 * browser could ask for it at any time, and a person used to the dialog agrees without reading the number.
 */
export interface KnownBrowsers {
  /** Reads the cookie of a request. */
  readonly read: RequestHandler
  /**
   * Tells whether this browser has signed in as `jid` before. What ends its sessions (STOP, a new password) makes it a
   * stranger, too: it may be the browser of an attacker.
   */
  isKnown(req: Request, jid: string | undefined): Promise<boolean>
  /** Remembers the browser after a sign-in. */
  remember(req: Request, res: Response, account: KnownAccount): Promise<void>
}

export interface KnownAccount {
  readonly jid: string
  /** number of the latest revocation when the sign-in began */
  readonly revocation: number
}

export interface KnownBrowsersOptions {
  readonly production: boolean
  /** path of the site under which the app is */
  readonly base: string
  readonly secret: string
  readonly stores: Pick<Stores, 'revocations'>
}

export function createKnownBrowsers({ production, base, secret, stores }: KnownBrowsersOptions): KnownBrowsers {
  const { name, attributes } = ownCookie('known', production, base)
  const seal = createSeal(keyFor('known browser', secret))
  const of = ({ res }: Request) => (res?.locals['knownAccounts'] ?? []) as readonly KnownAccount[]
  return {
    async read(req, res, next) {
      res.locals['knownAccounts'] = await seal.open(req.cookies[name])
      next()
    },
    async isKnown(req, jid) {
      const account = of(req).find(known => known.jid === jid?.toLowerCase())
      return account !== undefined && (await stores.revocations.lastRevocation(account.jid)) <= account.revocation
    },
    async remember(req, res, account) {
      const accounts = [account, ...of(req).filter(({ jid }) => jid !== account.jid)].slice(0, MAX_ACCOUNTS)
      res.cookie(name, await seal.close(accounts, LIFETIME_MS), { ...attributes, maxAge: LIFETIME_MS })
    },
  }
}
