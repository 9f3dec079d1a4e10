import { type RequestHandler, Router } from 'express'
import { requireCsrfToken } from '../protection/csrf'
import { goTo } from '../sessions/go-to'
import type { SignOut } from '../sessions/sign-out'
import { formBody } from './form-body'

export function logout(signOut: SignOut): Router {
  const router = Router()
  router.post('/logout', doneIfSignedOut, formBody, requireCsrfToken, async (req, res) => {
    await signOut(req, res)
    goTo(res, '/')
  })
  return router
}

// The session may have ended, or the visitor may have signed out in another tab.
const doneIfSignedOut: RequestHandler = (req, res, next) => (req.user ? next() : goTo(res, '/'))
