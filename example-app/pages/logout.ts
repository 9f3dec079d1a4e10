import { type RequestHandler, Router } from 'express'
import { requireCsrfToken } from '../protection/csrf'
import type { EndSession } from '../sessions/sign-out'
import { form } from './form-body'

export function logout(endSession: EndSession): Router {
  const router = Router()
  router.post('/logout', onlySignedIn, form, requireCsrfToken, async (req, res) => {
    await endSession(req, res)
    res.redirect(303, '/')
  })
  return router
}

// Whose session is over, or who signed out in another tab, has what they asked for.
const onlySignedIn: RequestHandler = (req, res, next) => (req.user ? next() : res.redirect(303, '/'))
