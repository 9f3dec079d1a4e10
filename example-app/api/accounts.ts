import { Router } from 'express'
import type { Accounts } from '../auth/accounts'
import { accountRefusal, signUpRefusal } from '../auth/refusals'
import { requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import type { EndSession } from '../sessions/sign-out'
import { json } from './json-body'
import { refusedBy } from './problems'
import { onlySignedIn } from './signed-in'

/** New accounts, and changes to the one that is signed in. */
export function accountApi(
  accounts: Accounts,
  endSession: EndSession,
  limits: RateLimits,
  registration: boolean,
): Router {
  const router = Router()
  const password = [requireCsrfToken, onlySignedIn, ...json, ...limits.passwords]

  router.post('/account/sign-out-everywhere', ...password, async (req, res) => {
    await accounts.signOutEverywhere(req, req.body?.password).catch(refusedBy(accountRefusal))
    await endSession(req, res)
    res.status(204).end()
  })
  if (!registration) return router

  router.post('/register/form', requireCsrfToken, limits.signUps, async (req, res) => {
    const { fields, instructions, captcha, answer } = await accounts.form(req).catch(refusedBy(signUpRefusal))
    res.json({
      fields,
      instructions,
      ...(captcha && {
        captcha: { type: captcha.type, data: captcha.image.toString('base64'), answerField: answer },
      }),
    })
  })

  router.post('/register', requireCsrfToken, ...json, limits.signUps, async (req, res) => {
    const jid = await accounts.signUp(req, req.body).catch(refusedBy(signUpRefusal))
    res.status(201).json({ jid })
  })

  router.post('/account/password', ...password, async (req, res) => {
    const { password, newPassword } = req.body ?? {}
    await accounts.changePassword(req, password, newPassword).catch(refusedBy(accountRefusal))
    res.status(204).end()
  })

  router.delete('/account', ...password, async (req, res) => {
    await accounts.remove(req, req.body?.password).catch(refusedBy(accountRefusal))
    await endSession(req, res)
    res.status(204).end()
  })

  return router
}
