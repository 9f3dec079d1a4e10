import { type Request, Router } from 'express'
import type { Auth } from '../auth'
import { csrfTokenOf, requireCsrfToken } from '../csrf'
import { attemptFailed, type RateLimits } from '../rate-limits'
import { returnTo } from '../return-to'
import { saved, signIn } from '../signed-in'
import type { Generations } from '../stores/generations'
import { form } from './form'

declare module 'express-session' {
  interface SessionData {
    /** why the last login was refused, until the login page has shown it */
    refusal?: { message: string; username: string }
  }
}

const MAX_NAME_LENGTH = 1_023

export function login(passport: Auth['passport'], generations: Generations, { passwords }: RateLimits): Router {
  const router = Router()

  router.get('/login', (req, res) => {
    const target = returnTo(req.query['returnTo'])
    if (req.user) return res.redirect(target)
    const { refusal } = req.session
    delete req.session.refusal
    res.render('login', { refusal, target, csrfToken: csrfTokenOf(req) })
  })

  router.post('/login', form, requireCsrfToken, ...passwords, (req, res, next) => {
    const target = returnTo(req.body?.returnTo)
    const answer = async (
      error: unknown,
      user?: Express.User | false,
      info?: { message?: string; mechanism?: string },
    ) => {
      if (error) throw error
      if (user) {
        await signIn(req, user, info?.mechanism ?? '', generations)
        return res.redirect(303, target)
      }
      attemptFailed(res)
      // Not Passport's `failureMessage`, which adds to a list in the session that nothing ever empties.
      req.session.refusal = { message: info?.message ?? 'You cannot sign in.', username: typedName(req) }
      await saved(req)
      res.redirect(303, target === '/' ? '/login' : `/login?${new URLSearchParams({ returnTo: target })}`)
    }
    passport.authenticate('xmpp-bosh', (...given: Parameters<typeof answer>) => {
      answer(...given).catch(next)
    })(req, res, next)
  })

  return router
}

// What is too long for a name would only fill the session.
function typedName(req: Request): string {
  const name: unknown = req.body?.username
  return typeof name === 'string' && name.length <= MAX_NAME_LENGTH ? name : ''
}
