import { type RequestHandler, Router } from 'express'
import type { Accounts } from '../auth/accounts'
import type { PasswordLogin } from '../auth/password-login'
import { csrfTokenOf, requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import { saved } from '../sessions/session-cookie'
import type { EndSession } from '../sessions/sign-out'
import { accountApi } from './accounts'
import { json } from './json-body'
import { Problem, problemOf } from './problems'
import { onlySignedIn, signedIn } from './signed-in'

export interface ApiOptions {
  readonly logIn: PasswordLogin
  readonly accounts: Accounts
  readonly endSession: EndSession
  readonly limits: RateLimits
  /** whether accounts can be made, changed and removed */
  readonly registration: boolean
}

/**
 * What the pages do, for programs; openapi.yaml describes it. The CSRF token counts in the header alone: it is asked for
 * before there is a body.
 */
export function api({ logIn, accounts, endSession, limits, registration }: ApiOptions): Router {
  const router = Router()

  router.get('/csrf', async (req, res) => {
    const token = csrfTokenOf(req)
    // A token that is not kept is none.
    await saved(req)
    res.json({ token })
  })

  router.post('/login', requireCsrfToken, ...json, ...limits.logins, async (req, res) => {
    const refusal = await logIn(req, res)
    if (refusal) throw problemOf(refusal)
    res.json(signedIn(req))
  })

  router.get('/me', onlySignedIn, (req, res) => void res.json(signedIn(req)))

  router.post('/logout', whoIsSignedIn, requireCsrfToken, async (req, res) => {
    await endSession(req, res)
    res.status(204).end()
  })

  router.use(accountApi(accounts, endSession, limits, registration))

  router.use(() => {
    throw new Problem(404, 'not-found', 'There is nothing at this address.')
  })
  return router
}

// Everybody else has what they ask for.
const whoIsSignedIn: RequestHandler = (req, res, next) => (req.user ? next() : res.status(204).end())
