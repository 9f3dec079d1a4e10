import { type RequestHandler, Router } from 'express'
import { recordedSignOut } from 'passport-xmpp-bosh-login-site/auth/recorded'
import { accountApi } from './accounts'
import { confirmApi } from './confirm'
import { jsonBody } from './json-body'
import type { ApiOptions } from './options'
import { Problem, problemOf } from './problems'
import { requireSignedIn, signedInAccount } from './signed-in'

/**
 * Serves the operations of the pages to programs, as openapi.yaml describes them. The CSRF token must be in the header,
 * since it is checked before a body is read.
 */
export function api(options: ApiOptions): Router {
  const { logIn, about, csrf, signOut, limits } = options
  const router = Router()

  router.get('/csrf', (req, res) => void res.json({ token: csrf.tokenFor(req, res) }))

  router.post('/login', csrf.requireToken, ...jsonBody, ...limits.logins, async (req, res) => {
    const refusal = await logIn(req, res)
    if (refusal) throw problemOf(refusal)
    res.json(await signedInAccount(req, about))
  })

  router.get('/me', requireSignedIn, async (req, res) => {
    res.json(await signedInAccount(req, about))
  })

  router.post('/logout', doneIfSignedOut, csrf.requireToken, async (req, res) => {
    await recordedSignOut(signOut)(req, res)
    res.status(204).end()
  })

  router.use(accountApi(options))
  if (options.confirm) router.use(confirmApi(options.confirm, options))

  router.use(() => {
    throw new Problem(404, 'not-found', 'There is nothing at this address.')
  })
  return router
}

// Without a session there is nothing to sign out of, and no token is needed.
const doneIfSignedOut: RequestHandler = (req, res, next) => (req.user ? next() : res.status(204).end())
