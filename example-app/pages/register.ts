import { type RequestHandler, Router } from 'express'
import { displayJid } from 'passport-xmpp-bosh'
import type { Accounts } from '../auth/accounts'
import { signUpRefusal } from '../auth/refusals'
import { csrfTokenOf, requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import { captchaPictures } from '../protection/security-headers'
import { goTo } from '../sessions/go-to'
import { leaveNotice, takeNotice, typedName } from '../sessions/notice'
import { saveSession } from '../sessions/session-cookie'
import { textsOf } from '../texts'
import { formBody } from './form-body'
import { signUpFields } from './sign-up-fields'

const PAGE = '/register'

/** @param captchaHosts hosts that may serve the pictures of captchas */
export function register(accounts: Accounts, { signUps }: RateLimits, captchaHosts: readonly string[] = []): Router {
  const router = Router()
  router.get(PAGE, requireSignedOut, signUps, captchaPictures(captchaHosts), show(accounts))

  router.post(`${PAGE}/picture`, requireSignedOut, formBody, requireCsrfToken, async (req, res) => {
    await leaveNotice(req, { page: PAGE, username: typedName(req) })
    goTo(res, PAGE)
  })

  router.post(PAGE, requireSignedOut, formBody, requireCsrfToken, signUps, submit(accounts))
  return router
}

const requireSignedOut: RequestHandler = (req, res, next) => (req.user ? goTo(res, '/') : next())

function show(accounts: Accounts): RequestHandler {
  return async (req, res) => {
    const notice = takeNotice(req, PAGE)
    try {
      const form = await accounts.form(req)
      const fields = signUpFields(form, textsOf(res))
      csrfTokenOf(req)
      // A form is refused unless its token is saved.
      await saveSession(req)
      res.render('register', { ...form, fields, notice })
    } catch (reason) {
      const refusal = signUpRefusal(reason)
      if (!refusal) throw reason
      // The earlier refusal matters more to the visitor than the missing form.
      const shown = notice?.refused ? notice : { message: { code: refusal.message }, refused: true }
      res.status(refusal.status).render('register', { notice: shown })
    }
  }
}

function submit(accounts: Accounts): RequestHandler {
  return async (req, res) => {
    // The other fields go to the XMPP server.
    const { _csrf, ...values } = req.body ?? {}
    const username = typedName(req)
    try {
      const jid = await accounts.signUp(req, values)
      await leaveNotice(req, {
        page: '/login',
        message: { code: 'account-ready', value: displayJid(jid) },
        username,
      })
      goTo(res, '/login')
    } catch (reason) {
      const refusal = signUpRefusal(reason)
      if (!refusal) throw reason
      const field = FIELD_TO_CORRECT[refusal.code]
      await leaveNotice(req, { page: PAGE, message: { code: refusal.message }, refused: true, field, username })
      goTo(res, PAGE)
    }
  }
}

const FIELD_TO_CORRECT: Readonly<Record<string, string>> = {
  'username-taken': 'username',
  'weak-password': 'password',
  'captcha-wrong': 'answer',
  'captcha-expired': 'answer',
}
