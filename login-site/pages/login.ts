import { type RequestHandler, Router } from 'express'
import type { PasswordLogin } from '../auth/password-login'
import type { ConfirmLogin } from '../confirm/confirm-login'
import type { Act, Forms } from '../forms/forms'
import type { RateLimits } from '../protection/rate-limits'
import { leadingTo, returnTo } from '../protection/return-to'
import { goTo } from '../sessions/go-to'
import { takeNotice, typedName } from '../sessions/notice'
import { isSignedIn } from '../sessions/signed-in'

export interface LoginOptions {
  readonly logIn: PasswordLogin
  readonly forms: Forms
  readonly limits: RateLimits
  /** signing in with an XMPP app; `undefined`: with a password alone */
  readonly confirm: ConfirmLogin | undefined
}

export function login({ logIn, forms, limits, confirm }: LoginOptions): Router {
  const router = Router()

  router.get('/login', (req, res) => {
    const target = returnTo(req.query['returnTo'])
    if (isSignedIn(req)) return goTo(res, target)
    res.render('login', { notice: takeNotice(req, '/login'), target, confirm: confirm?.shown })
  })

  // A failed login has no effect. It also fails when the visitor leaves, as a browser does if the button is pressed twice.
  const submission = { guards: [doneIfSignedIn], checks: limits.logins, act: act(logIn), failsWithoutEffect: true }
  router.post('/login', forms.submission(submission))
  return router
}

// The visitor may have signed in in another tab.
const doneIfSignedIn: RequestHandler = (req, res, next) =>
  isSignedIn(req) ? goTo(res, returnTo(req.body?.returnTo)) : next()

function act(logIn: PasswordLogin): Act {
  return async (req, res) => {
    const target = returnTo(req.body?.returnTo)
    const refusal = await logIn(req, res)
    if (!refusal) return { to: target }
    return {
      to: leadingTo('/login', target),
      notice: { page: '/login', message: { code: refusal.message }, refused: true, username: typedName(req) },
    }
  }
}
