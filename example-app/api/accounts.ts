import { type RequestHandler, Router } from 'express'
import type { Accounts } from 'passport-xmpp-bosh-login-site/auth/accounts'
import { accountRefusal, signUpRefusal } from 'passport-xmpp-bosh-login-site/auth/refusals'
import { carried, carry } from 'passport-xmpp-bosh-login-site/forms/sign-up-form'
import type { Seal } from 'passport-xmpp-bosh-login-site/protection/seal'
import { jsonBody } from './json-body'
import type { ApiOptions } from './options'
import { throwProblem } from './problems'
import { requireSignedIn } from './signed-in'

/** Serves the operations that create an account, or change the one that is signed in. */
export function accountApi({ accounts, csrf, signOut, limits, seal, registration }: ApiOptions): Router {
  const router = Router()
  const password = [csrf.requireToken, requireSignedIn, ...jsonBody, ...limits.passwords]

  router.post('/account/sign-out-everywhere', ...password, async (req, res) => {
    await accounts.signOutEverywhere(req, req.body?.password).catch(throwProblem(accountRefusal))
    await signOut(req, res)
    res.status(204).end()
  })
  if (!registration) return router

  router.post('/register/form', csrf.requireToken, limits.signUps, signUpForm(accounts, seal))

  router.post('/register', csrf.requireToken, ...jsonBody, limits.signUps, async (req, res) => {
    const { formState, ...values } = req.body ?? {}
    const state = (await carried(formState, seal))?.form.state
    const jid = await accounts.signUp(req, state, values).catch(throwProblem(signUpRefusal))
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

function signUpForm(accounts: Accounts, seal: Seal): RequestHandler {
  return async (req, res) => {
    const form = await accounts.form(req).catch(throwProblem(signUpRefusal))
    const { fields, instructions, captcha, answer } = form
    res.json({
      formState: (await carry(form, seal)).state,
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
