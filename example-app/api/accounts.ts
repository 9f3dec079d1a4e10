import { type RequestHandler, Router } from 'express'
import type { Accounts } from '../auth/accounts'
import { accountRefusal, signUpRefusal } from '../auth/refusals'
import { requireCsrfToken } from '../protection/csrf'
import type { RateLimits } from '../protection/rate-limits'
import type { SignOut } from '../sessions/sign-out'
import { jsonBody } from './json-body'
import { throwProblem } from './problems'
import { requireSignedIn } from './signed-in'

/** Serves the operations that create an account, or change the one that is signed in. */
export function accountApi(accounts: Accounts, signOut: SignOut, limits: RateLimits, registration: boolean): Router {
  const router = Router()
  const password = [requireCsrfToken, requireSignedIn, ...jsonBody, ...limits.passwords]

  router.post('/account/sign-out-everywhere', ...password, async (req, res) => {
    await accounts.signOutEverywhere(req, req.body?.password).catch(throwProblem(accountRefusal))
    await signOut(req, res)
    res.status(204).end()
  })
  if (!registration) return router

  router.post('/register/form', requireCsrfToken, limits.signUps, signUpForm(accounts))

  router.post('/register', requireCsrfToken, ...jsonBody, limits.signUps, async (req, res) => {
    const jid = await accounts.signUp(req, req.body).catch(throwProblem(signUpRefusal))
    res.status(201).json({ jid })
  })

  router.post('/account/password', ...password, async (req, res) => {
    const { password, newPassword } = req.body ?? {}
    await accounts.changePassword(req, password, newPassword).catch(throwProblem(accountRefusal))
    res.status(204).end()
  })

  router.delete('/account', ...password, async (req, res) => {
    await accounts.remove(req, req.body?.password).catch(throwProblem(accountRefusal))
    await signOut(req, res)
    res.status(204).end()
  })

  return router
}

function signUpForm(accounts: Accounts): RequestHandler {
  return async (req, res) => {
    const { fields, instructions, captcha, answer } = await accounts.form(req).catch(throwProblem(signUpRefusal))
    res.json({
      fields,
      instructions,
      ...(captcha && {
        captcha: {
          type: captcha.type,
          ...(captcha.image ? { data: captcha.image.toString('base64') } : { url: captcha.url }),
          answerField: answer,
        },
      }),
    })
  }
}
