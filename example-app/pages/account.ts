import { type Request, type RequestHandler, Router } from 'express'
import type { Accounts } from '../auth/accounts'
import { accountRefusal } from '../auth/refusals'
import { csrfTokenOf, requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import { leaveNotice, takeNotice } from '../sessions/notice'
import type { SessionCookie } from '../sessions/session-cookie'
import { onlySignedIn, signOut } from '../sessions/signed-in'
import { form } from './form-body'

const PAGE = '/account'

/** @param registration whether accounts can be changed and removed; signing out everywhere is always there */
export function account(
  accounts: Accounts,
  registration: boolean,
  cookie: SessionCookie,
  { passwords }: RateLimits,
): Router {
  const router = Router()
  router.use(PAGE, onlySignedIn(cookie, PAGE))

  router.get(PAGE, (req, res) => {
    res.render('account', { user: req.user, notice: takeNotice(req, PAGE), csrfToken: csrfTokenOf(req) })
  })

  /** A form of the page. What it does says where the visitor goes on, and what is said there. */
  const post = (name: string, act: (req: Request) => Promise<{ page: string; text: string }>) => {
    const handler: RequestHandler = async (req, res) => {
      const notice = await act(req).catch((reason: unknown) => {
        const refusal = accountRefusal(reason)
        if (!refusal) throw reason
        return { page: PAGE, text: refusal.text, refused: true, form: name }
      })
      await leaveNotice(req, notice)
      res.redirect(303, notice.page)
    }
    router.post(`${PAGE}/${name}`, form, requireCsrfToken, ...passwords, handler)
  }

  post('sign-out-everywhere', async req => {
    await accounts.signOutEverywhere(req, req.body?.password)
    await signOut(req)
    return { page: '/login', text: 'You are signed out everywhere.' }
  })
  if (!registration) return router

  post('password', async req => {
    await accounts.changePassword(req, req.body?.password, req.body?.newPassword)
    return { page: PAGE, text: 'Your password is changed. Wherever else you were signed in, you are signed out.' }
  })

  post('delete', async req => {
    const { jid } = req.user ?? {}
    await accounts.remove(req, req.body?.password)
    await signOut(req)
    return { page: '/', text: `The account ${jid} is deleted.` }
  })
  return router
}
