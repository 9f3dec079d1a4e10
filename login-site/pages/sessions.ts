import { Router } from 'express'
import type { Act, Forms } from '../forms/forms'
import { logEvent } from '../operation/events'
import type { OwnSessions } from '../sessions/own-sessions'
import type { SessionCookie } from '../sessions/session-cookie'
import type { SignOut } from '../sessions/sign-out'
import { requireSignedIn } from '../sessions/signed-in'

const PAGE = '/account'
/** The page with the list open. */
const LIST = `${PAGE}?open=sessions`

export interface SessionsOptions {
  readonly ownSessions: OwnSessions
  readonly cookie: SessionCookie
  readonly signOut: SignOut
  readonly forms: Forms
}

/** Serves the form that ends one session of the account. The account page shows it. */
export function sessions({ ownSessions, cookie, signOut, forms }: SessionsOptions): Router {
  const router = Router()
  const act: Act = async (req, res) => {
    const handle: unknown = req.body?.session
    if (ownSessions.isThis(req, handle)) {
      await signOut(req, res)
      return { to: '/' }
    }
    const isEnded = await ownSessions.end(req, handle)
    if (isEnded) logEvent(req, 'session-ended', { jid: req.user?.jid })
    const message = { code: isEnded ? 'session-ended' : 'session-ended-before' } as const
    return { to: LIST, notice: { page: PAGE, message } }
  }
  const submission = { guards: [requireSignedIn(cookie, LIST)], act, failsWithoutEffect: true }
  router.post(`${PAGE}/sessions/end`, forms.submission(submission))
  return router
}
