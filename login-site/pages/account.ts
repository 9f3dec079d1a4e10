import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Accounts } from '../auth/accounts'
import { accountRefusal } from '../auth/refusals'
import type { Act, Forms } from '../forms/forms'
import type { Answer } from '../forms/outcome'
import type { RateLimits } from '../protection/rate-limits'
import { type Notice, takeNotice } from '../sessions/notice'
import type { OwnSessions } from '../sessions/own-sessions'
import type { IsOwn } from '../sessions/profile'
import type { SessionCookie } from '../sessions/session-cookie'
import type { SignOut } from '../sessions/sign-out'
import { requireSignedIn } from '../sessions/signed-in'
import type { Message, MessageCode } from '../texts'

const PAGE = '/account'
const DELETE_PAGE = `${PAGE}/delete`
const CONFIRM_PAGE = `${DELETE_PAGE}/confirm`
/** Parts of the page that a link may open. */
const ROWS: readonly unknown[] = ['password', 'sessions', 'sign-out-everywhere']

/** Page that password managers are sent to ("A Well-Known URL for Changing Passwords"). */
export const CHANGE_PASSWORD = pageWith('password')

export interface AccountOptions {
  readonly accounts: Accounts
  /** accounts can be changed and removed; signing out everywhere is always possible */
  readonly registration: boolean
  /** recognizes the accounts that this app can change */
  readonly isOwn: IsOwn
  readonly ownSessions: OwnSessions
  readonly cookie: SessionCookie
  readonly signOut: SignOut
  readonly forms: Forms
  readonly limits: RateLimits
}

export function account(options: AccountOptions): Router {
  const { accounts, registration, isOwn, ownSessions, cookie, signOut, forms, limits } = options
  const router = Router()
  const signedIn = requireSignedIn(cookie, PAGE)
  const post = (name: string, act: Action) => {
    const submission = { guards: [signedIn], checks: limits.passwords, act: submitted(name, act) }
    router.post(`${PAGE}/${name}`, forms.submission(submission))
  }

  router.get(PAGE, (req, res, next) => requireSignedIn(cookie, pageWith(rowOf(req)))(req, res, next))

  router.get(PAGE, async (req, res) => {
    const sessions = await ownSessions.list(req)
    const notice = takeNotice(req, PAGE)
    res.render('account', { sessions, notice, opened: notice?.form ?? rowOf(req), blamed: fieldsToCorrect(notice) })
  })

  post('sign-out-everywhere', async (req, res) => {
    await accounts.signOutEverywhere(req, req.body?.password)
    await signOut(req, res)
    return { page: '/login', message: { code: 'signed-out-everywhere' } }
  })

  if (registration) {
    post('password', async req => {
      await accounts.changePassword(req, req.body?.password, req.body?.newPassword)
      return { page: PAGE, message: { code: 'password-changed' } }
    })

    const onlyOwn: RequestHandler = (req, _res, next) => next(isOwn(req.user?.jid ?? '') ? undefined : 'router')
    router.get([DELETE_PAGE, CONFIRM_PAGE], signedIn, onlyOwn)
    router.get(DELETE_PAGE, signedIn, (_req, res) => res.render('delete'))
    router.get(CONFIRM_PAGE, signedIn, (req, res) => {
      const notice = takeNotice(req, CONFIRM_PAGE)
      res.render('delete-confirm', { notice, blamed: fieldsToCorrect(notice) })
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

/** Acts on a form of the page. Returns the message for the visitor, and the page that shows it. */
type Action = (req: Request, res: Response) => Promise<Notice & { readonly message: Message }>

function submitted(form: string, act: Action): Act {
  return async (req, res): Promise<Answer> => {
    const notice: Notice = await act(req, res).catch((reason: unknown) => {
      const refusal = accountRefusal(reason)
      if (!refusal) throw reason
      const page = form === 'delete' ? CONFIRM_PAGE : PAGE
      return { page, message: { code: refusal.message }, refused: true, form }
    })
    return { to: notice.page, notice }
  }
}
