import { type RequestHandler, Router } from 'express'
import type { Accounts } from '../auth/accounts'
import { signUpRefusal } from '../auth/refusals'
import { csrfTokenOf, requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import { inlinePictures } from '../protection/security-headers'
import { leaveNotice, takeNotice, typedName } from '../sessions/notice'
import { saved } from '../sessions/session-cookie'
import { form } from './form-body'
import { signUpFields } from './sign-up-fields'

const PAGE = '/register'

/** @param domain of the accounts, as it is shown */
export function register(accounts: Accounts, domain: string, { signUps }: RateLimits): Router {
  const router = Router()

  router.get(PAGE, onlyStrangers, signUps, inlinePictures, async (req, res) => {
    const notice = takeNotice(req, PAGE)
    try {
      const asked = await accounts.form(req)
      const fields = signUpFields(asked, domain)
      const csrfToken = csrfTokenOf(req)
      // A form whose token is not kept would be refused.
      await saved(req)
      res.render('register', { ...asked, fields, notice, csrfToken })
    } catch (reason) {
      const refusal = signUpRefusal(reason)
      if (!refusal) throw reason
      // What was refused before matters more than that there is no new form.
      const told = notice?.refused ? notice : { text: refusal.text, refused: true }
      res.status(refusal.status).render('register', { notice: told })
    }
  })

  router.post(`${PAGE}/picture`, onlyStrangers, form, requireCsrfToken, async (req, res) => {
    await leaveNotice(req, { page: PAGE, username: typedName(req) })
    res.redirect(303, PAGE)
  })

  router.post(PAGE, onlyStrangers, form, requireCsrfToken, signUps, async (req, res) => {
    // The rest is for the XMPP server to read.
    const { _csrf, ...values } = req.body ?? {}
    const username = typedName(req)
    try {
      const jid = await accounts.signUp(req, values)
      await leaveNotice(req, { page: '/login', text: `Your account ${jid} is ready. Sign in with it.`, username })
      res.redirect(303, '/login')
    } catch (reason) {
      const refusal = signUpRefusal(reason)
      if (!refusal) throw reason
      await leaveNotice(req, { page: PAGE, text: refusal.text, refused: true, field: BLAMED[refusal.code], username })
      res.redirect(303, PAGE)
    }
  })

  return router
}

const onlyStrangers: RequestHandler = (req, res, next) => (req.user ? res.redirect(303, '/') : next())

/** Which field is to be filled in otherwise. */
const BLAMED: Readonly<Record<string, string>> = {
  'username-taken': 'username',
  'weak-password': 'password',
  'captcha-wrong': 'answer',
  'captcha-expired': 'answer',
}
