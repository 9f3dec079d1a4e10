import { type Request, type RequestHandler, Router } from 'express'
import type { Accounts } from '../auth/accounts'
import { accountRefusal } from '../auth/refusals'
import { csrfTokenOf, requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import { goTo } from '../sessions/go-to'
import { leaveNotice, takeNotice } from '../sessions/notice'
import type { SessionCookie } from '../sessions/session-cookie'
import { logOut, requireSignedIn } from '../sessions/signed-in'
import type { Message } from '../texts'
import { formBody } from './form-body'

const PAGE = '/account'

/** @param registration accounts can be changed and removed; signing out everywhere is always possible */
export function account(
  accounts: Accounts,
  registration: boolean,
  cookie: SessionCookie,
  { passwords }: RateLimits,
): Router {
  const router = Router()
  const post = (name: string, act: Action) =>
    router.post(`${PAGE}/${name}`, formBody, requireCsrfToken, ...passwords, submitted(name, act))

  router.use(PAGE, requireSignedIn(cookie, PAGE))

  router.get(PAGE, (req, res) => {
    res.render('account', { user: req.user, notice: takeNotice(req, PAGE), csrfToken: csrfTokenOf(req) })
  })

  post('sign-out-everywhere', async req => {
    await accounts.signOutEverywhere(req, req.body?.password)
    await logOut(req)
    return { page: '/login', message: { code: 'signed-out-everywhere' } }
  })
  if (!registration) return router

  post('password', async req => {
    await accounts.changePassword(req, req.body?.password, req.body?.newPassword)
    return { page: PAGE, message: { code: 'password-changed' } }
  })

  post('delete', async req => {
    const value = req.user?.displayJid ?? ''
    await accounts.remove(req, req.body?.password)
    await logOut(req)
    return { page: '/', message: { code: 'account-removed', value } }
  })
  return router
}

/** Acts on a form of the page. Returns the page to go to, and the message to show there. */
type Action = (req: Request) => Promise<{ page: string; message: Message }>

function submitted(form: string, act: Action): RequestHandler {
  return async (req, res) => {
    const notice = await act(req).catch((reason: unknown) => {
      const refusal = accountRefusal(reason)
      if (!refusal) throw reason
      return { page: PAGE, message: { code: refusal.message }, refused: true, form }
    })
    await leaveNotice(req, notice)
    goTo(res, notice.page)
  }
}
