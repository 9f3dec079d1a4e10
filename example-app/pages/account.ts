import { type Request, type Response, Router } from 'express'
import type { Accounts } from '../auth/accounts'
import { accountRefusal } from '../auth/refusals'
import type { Act, Forms } from '../forms/forms'
import type { Answer } from '../forms/outcome'
import type { RateLimits } from '../protection/rate-limits'
import type { Notice } from '../sessions/notice'
import { takeNotice } from '../sessions/notice'
import type { OwnSessions } from '../sessions/own-sessions'
import type { SessionCookie } from '../sessions/session-cookie'
import type { SignOut } from '../sessions/sign-out'
import { requireSignedIn } from '../sessions/signed-in'
import type { Message } from '../texts'

const PAGE = '/account'

export interface AccountOptions {
  readonly accounts: Accounts
  /** accounts can be changed and removed; signing out everywhere is always possible */
  readonly registration: boolean
  readonly ownSessions: OwnSessions
  readonly cookie: SessionCookie
  readonly signOut: SignOut
  readonly forms: Forms
  readonly limits: RateLimits
}

export function account(options: AccountOptions): Router {
  const { accounts, registration, ownSessions, cookie, signOut, forms, limits } = options
  const router = Router()
  const signedIn = requireSignedIn(cookie, PAGE)
  const post = (name: string, act: Action) => {
    const submission = { guards: [signedIn], checks: limits.passwords, act: submitted(name, act) }
    router.post(`${PAGE}/${name}`, forms.submission(submission))
  }

  router.get(PAGE, signedIn, async (req, res) => {
    const sessions = await ownSessions.list(req)
    res.render('account', { user: req.user, sessions, notice: takeNotice(req, PAGE) })
  })

  post('sign-out-everywhere', async (req, res) => {
    await accounts.signOutEverywhere(req, req.body?.password)
    await signOut(req, res)
    return { page: '/login', message: { code: 'signed-out-everywhere' } }
  })

  if (registration) {
    post('password', async req => {
      const { password, newPassword, newPasswordAgain = newPassword } = req.body ?? {}
      if (newPassword !== newPasswordAgain) {
        return { page: PAGE, message: { code: 'passwords-differ' }, refused: true, form: 'password' }
      }
      await accounts.changePassword(req, password, newPassword)
      return { page: PAGE, message: { code: 'password-changed' } }
    })

    post('delete', async (req, res) => {
      const value = req.user?.displayJid ?? ''
      await accounts.remove(req, req.body?.password)
      await signOut(req, res)
      return { page: '/', message: { code: 'account-removed', value } }
    })
  }

  // The pages behind it, such as one without registration, are for signed-in visitors as well.
  router.use(PAGE, signedIn)
  return router
}

/** Acts on a form of the page. Returns the message for the visitor, and the page that shows it. */
type Action = (req: Request, res: Response) => Promise<Notice & { readonly message: Message }>

function submitted(form: string, act: Action): Act {
  return async (req, res): Promise<Answer> => {
    const notice: Notice = await act(req, res).catch((reason: unknown) => {
      const refusal = accountRefusal(reason)
      if (!refusal) throw reason
      return { page: PAGE, message: { code: refusal.message }, refused: true, form }
    })
    return { to: notice.page, notice }
  }
}
