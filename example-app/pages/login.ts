import { Router } from 'express'
import type { PasswordLogin } from '../auth/password-login'
import { csrfTokenOf, requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import { returnTo } from '../protection/return-to'
import { goTo } from '../sessions/go-to'
import { leaveNotice, takeNotice, typedName } from '../sessions/notice'
import { saveSession } from '../sessions/session-cookie'
import { formBody } from './form-body'

export function login(logIn: PasswordLogin, { logins }: RateLimits): Router {
  const router = Router()

  router.get('/login', async (req, res) => {
    const target = returnTo(req.query['returnTo'])
    if (req.user) return goTo(res, target)
    const page = { notice: takeNotice(req, '/login'), target }
    csrfTokenOf(req)
    // A form is refused unless its token is saved.
    await saveSession(req)
    res.render('login', page)
  })

  router.post('/login', formBody, requireCsrfToken, ...logins, async (req, res) => {
    const target = returnTo(req.body?.returnTo)
    const refusal = await logIn(req, res)
    if (!refusal) return goTo(res, target)
    // Passport's `failureMessage` would add to a list in the session that is never emptied.
    await leaveNotice(req, {
      page: '/login',
      message: { code: refusal.message },
      refused: true,
      username: typedName(req),
    })
    goTo(res, target === '/' ? '/login' : `/login?${new URLSearchParams({ returnTo: target })}`)
  })

  return router
}
