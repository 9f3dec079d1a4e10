import { type Request, type RequestHandler, Router } from 'express'
import type { Accounts } from '../auth/accounts'
import { accountRefusal } from '../auth/refusals'
import { requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import { goTo } from '../sessions/go-to'
import { leaveNotice, type Notice, takeNotice } from '../sessions/notice'
import type { SessionCookie } from '../sessions/session-cookie'
import { logOut, requireSignedIn } from '../sessions/signed-in'
import type { Message, MessageCode } from '../texts'
import { formBody } from './form-body'

const PAGE = '/account'
const DELETE_PAGE = `${PAGE}/delete`
const CONFIRM_PAGE = `${DELETE_PAGE}/confirm`
/** Parts of the page that a link may open. */
const ROWS: readonly unknown[] = ['password', 'sessions', 'sign-out-everywhere']

/** Page that password managers are sent to ("A Well-Known URL for Changing Passwords"). */
export const CHANGE_PASSWORD = pageWith('password')

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

  router.get(PAGE, (req, res, next) => requireSignedIn(cookie, pageWith(rowOf(req)))(req, res, next))
  router.use(PAGE, requireSignedIn(cookie, PAGE))

  router.get(PAGE, (req, res) => {
    const notice = takeNotice(req, PAGE)
    res.render('account', { notice, opened: notice?.form ?? rowOf(req), blamed: fieldsToCorrect(notice) })
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

  router.get(DELETE_PAGE, (_req, res) => res.render('delete'))
  router.get(CONFIRM_PAGE, (req, res) => {
    const notice = takeNotice(req, CONFIRM_PAGE)
    res.render('delete-confirm', { notice, blamed: fieldsToCorrect(notice) })
  })

  post('delete', async req => {
    const value = req.user?.displayJid ?? ''
    await accounts.remove(req, req.body?.password)
    await logOut(req)
    return { page: '/', message: { code: 'account-removed', value } }
  })
  return router
}

function pageWith(row: string | undefined): string {
  return row === undefined ? PAGE : `${PAGE}?open=${row}`
}

function rowOf({ query }: Request): string | undefined {
  const { open } = query
  return typeof open === 'string' && ROWS.includes(open) ? open : undefined
}

/** Returns the names of the fields that a refusal is about. It is empty if the visitor cannot tell which one to correct. */
function fieldsToCorrect(notice: Notice | undefined): readonly string[] {
  return (notice?.refused && notice.message && FIELDS_TO_CORRECT[notice.message.code]) || []
}

const FIELDS_TO_CORRECT: Partial<Readonly<Record<MessageCode, readonly string[]>>> = {
  'account.wrong-password': ['password'],
  'account.malformed-credentials': ['newPassword'],
  'weak-password': ['newPassword'],
}

/** Acts on a form of the page. Returns the page to go to, and the message to show there. */
type Action = (req: Request) => Promise<{ page: string; message: Message }>

function submitted(form: string, act: Action): RequestHandler {
  return async (req, res) => {
    const notice = await act(req).catch((reason: unknown) => {
      const refusal = accountRefusal(reason)
      if (!refusal) throw reason
      const page = form === 'delete' ? CONFIRM_PAGE : PAGE
      return { page, message: { code: refusal.message }, refused: true, form }
    })
    await leaveNotice(req, notice)
    goTo(res, notice.page)
  }
}
