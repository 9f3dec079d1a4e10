import { Router } from 'express'
import type { Auth } from '../auth'
import { csrfTokenOf, requireCsrfToken } from '../csrf'
import { leaveNotice, takeNotice, typedName } from '../notice'
import { attemptFailed, type RateLimits } from '../rate-limits'
import { returnTo } from '../return-to'
import { signIn } from '../signed-in'
import type { Generations } from '../stores/generations'
import { form } from './form'

export function login(passport: Auth['passport'], generations: Generations, { passwords }: RateLimits): Router {
  const router = Router()

  router.get('/login', (req, res) => {
    const target = returnTo(req.query['returnTo'])
    if (req.user) return res.redirect(target)
    res.render('login', { notice: takeNotice(req, '/login'), target, csrfToken: csrfTokenOf(req) })
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
      const text = info?.message ?? 'You cannot sign in.'
      await leaveNotice(req, { page: '/login', text, refused: true, username: typedName(req) })
      res.redirect(303, target === '/' ? '/login' : `/login?${new URLSearchParams({ returnTo: target })}`)
    }
    passport.authenticate('xmpp-bosh', (...given: Parameters<typeof answer>) => {
      answer(...given).catch(next)
    })(req, res, next)
  })

  return router
}
