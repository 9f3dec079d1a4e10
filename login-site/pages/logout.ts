import { type RequestHandler, Router } from 'express'
import type { Forms } from '../forms/forms'
import { goTo } from '../sessions/go-to'
import type { SignOut } from '../sessions/sign-out'

export function logout(signOut: SignOut, forms: Forms): Router {
  const router = Router()
  const submission = {
    guards: [doneIfSignedOut],
    act: async (...[req, res]: Parameters<SignOut>) => {
      await signOut(req, res)
      return { to: '/' }
    },
    failsWithoutEffect: true,
  }
  router.post('/logout', forms.submission(submission))
  return router
}

// The session may have ended, or the visitor may have signed out in another tab.
const doneIfSignedOut: RequestHandler = (req, res, next) => (req.user ? next() : goTo(res, '/'))
