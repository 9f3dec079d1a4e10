import { type Request, Router } from 'express'
import type { Auth } from '../auth'
import { csrfTokenOf, requireCsrfToken } from '../csrf'
import { form } from './form'

declare module 'express-session' {
  interface SessionData {
    /** why the last login was refused, until the login page has shown it */
    refusal?: { message: string; username: string }
  }
}

const MAX_NAME_LENGTH = 1_023

export function login(passport: Auth['passport']): Router {
  const router = Router()

  router.get('/login', (req, res) => {
    if (req.user) return res.redirect('/')
    const { refusal } = req.session
    delete req.session.refusal
    res.render('login', { refusal, csrfToken: csrfTokenOf(req) })
  })

  router.post('/login', form, requireCsrfToken, (req, res, next) => {
    const answer = (error: unknown, user?: Express.User | false, info?: { message?: string }) => {
      if (error) return next(error)
      // Passport begins a new session here: a session id that somebody planted beforehand is worth nothing.
      if (user) return req.logIn(user, failed => (failed ? next(failed) : res.redirect(303, '/')))
      // Not Passport's `failureMessage`, which adds to a list in the session that nothing ever empties.
      req.session.refusal = { message: info?.message ?? 'You cannot sign in.', username: typedName(req) }
      // The browser may ask for the page before an answer that is under way has saved the session.
      req.session.save(failed => (failed ? next(failed) : res.redirect(303, '/login')))
    }
    passport.authenticate('xmpp-bosh', answer)(req, res, next)
  })

  return router
}

// What is too long for a name would only fill the session.
function typedName(req: Request): string {
  const name: unknown = req.body?.username
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH ? name : ''
}
