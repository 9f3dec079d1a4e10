import { type Request, type RequestHandler, Router } from 'express'
import { type ConfirmLogin, isRefusal } from 'passport-xmpp-bosh-login-site/confirm/confirm-login'
import { jsonBody } from './json-body'
import type { ApiOptions } from './options'
import { Problem, problemOf } from './problems'
import { signedInAccount } from './signed-in'

const PATH = '/login/xmpp'

/** Serves signing in with an XMPP app, as the pages do it. */
export function confirmApi(confirm: ConfirmLogin, { about, csrf, limits }: ApiOptions): Router {
  const router = Router()

  router.post(PATH, csrf.requireToken, ...jsonBody, limits.confirms, async (req, res) => {
    const jid: unknown = req.body?.jid ?? ''
    if (typeof jid !== 'string') throw new Problem(400, 'malformed-jid', 'The value of jid is not a text.')
    const started = await confirm.start(req, { jid, target: '/', stay: false, isAgain: true })
    if (isRefusal(started)) throw problemOf(started)
    await req.keptWaiting?.keep(started)
    res.status(201).json(await shown(confirm, req, false))
  })

  router.get(PATH, async (req, res) => {
    res.json(await shown(confirm, req, 'held' in req.query))
  })

  router.delete(PATH, csrf.requireToken, async (req, res) => {
    await confirm.cancel(req)
    res.status(204).end()
  })

  router.post(`${PATH}/finish`, csrf.requireToken, ...jsonBody, finish(confirm, about))
  return router
}

function finish(confirm: ConfirmLogin, about: ApiOptions['about']): RequestHandler {
  return async (req, res) => {
    const jid: unknown = req.body?.jid
    const outcome = await confirm.finish(req, res, typeof jid === 'string' ? jid : undefined)
    if (outcome.state === 'refused') throw problemOf(outcome.refusal)
    if (outcome.state === 'waiting') throw new Problem(409, 'confirm-waiting', 'The person has not answered yet.')
    if (outcome.state === 'agreed') throw new Problem(409, 'confirm-jid', 'Send the jid that the person has seen.')
    res.json(await signedInAccount(req, about))
  }
}

/** Describes the request that the client waits for, the same for every address. */
async function shown(confirm: ConfirmLogin, req: Request, isHeld: boolean) {
  const view = await confirm.look(req, isHeld)
  if (!view) throw new Problem(404, 'confirm-expired', 'There is no request that you wait for.')
  const { state, jid, number, code, link, bot, expiresAt } = view
  return {
    state,
    bot,
    number,
    expiresAt: new Date(expiresAt).toISOString(),
    ...(jid !== undefined && { jid }),
    ...(code !== undefined && { code }),
    ...(link !== undefined && { link }),
  }
}
