import { Router } from 'express'
import type { PasswordLogin } from '../auth/password-login'
import { csrfTokenOf, requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import { returnTo } from '../protection/return-to'
import { leaveNotice, takeNotice, typedName } from '../sessions/notice'
import { saved } from '../sessions/session-cookie'
import { form } from './form-body'

export function login(logIn: PasswordLogin, { logins }: RateLimits): Router {
  const router = Router()

  router.get('/login', async (req, res) => {
    const target = returnTo(req.query['returnTo'])
    if (req.user) return res.redirect(target)
    const page = { notice: takeNotice(req, '/login'), target, csrfToken: csrfTokenOf(req) }
    // A form whose token is not kept would be refused.
    await saved(req)
    res.render('login', page)
  })

  router.post('/login', form, requireCsrfToken, ...logins, async (req, res) => {
    const target = returnTo(req.body?.returnTo)
    const refusal = await logIn(req, res)
    if (!refusal) return res.redirect(303, target)
    // Not Passport's `failureMessage`, which adds to a list in the session that nothing ever empties.
    await leaveNotice(req, { page: '/login', text: refusal.text, refused: true, username: typedName(req) })
    res.redirect(303, target === '/' ? '/login' : `/login?${new URLSearchParams({ returnTo: target })}`)
  })

  return router
}
