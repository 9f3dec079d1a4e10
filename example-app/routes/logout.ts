import { type RequestHandler, Router } from 'express'
import { requireCsrfToken } from '../csrf'
import type { SessionCookie } from '../sessions'
import { signOut } from '../signed-in'
import { form } from './form'

export function logout({ name, attributes }: SessionCookie): Router {
  const router = Router()
  router.post('/logout', onlySignedIn, form, requireCsrfToken, async (req, res, next) => {
    await signOut(req)
    req.session.destroy(failed => {
      if (failed) return next(failed)
      res.clearCookie(name, attributes).redirect(303, '/')
    })
  })
  return router
}

// Whose session is over, or who signed out in another tab, has what they asked for.
const onlySignedIn: RequestHandler = (req, res, next) => (req.user ? next() : res.redirect(303, '/'))
