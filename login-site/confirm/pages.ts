import { type Request, type RequestHandler, type Response, Router } from 'express'
import { type ConfirmView, displayJid } from 'passport-xmpp-bosh'
import type { Act, Forms } from '../forms/forms'
import type { Answer } from '../forms/outcome'
import type { RateLimits } from '../protection/rate-limits'
import { leadingTo, returnTo } from '../protection/return-to'
import { scriptsThatAsk } from '../protection/security-headers'
import { goTo } from '../sessions/go-to'
import { leaveNotice, type Notice } from '../sessions/notice'
import { profileOf } from '../sessions/profile'
import { isSignedIn } from '../sessions/signed-in'
import type { MessageCode } from '../texts'
import { type ConfirmLogin, isRefusal } from './confirm-login'
import { qrOf } from './qr'
import { waitingOf } from './waiting'

const START = '/login/xmpp'
const WAIT = `${START}/wait`
const FINISH = `${START}/finish`
/** characters; longer than any address */
const MAX_JID_LENGTH = 3_071

/** Serves the pages of a sign-in with the visitor's own XMPP app. */
export function confirmPages(confirm: ConfirmLogin, forms: Forms, { confirms }: RateLimits): Router {
  const router = Router()
  const guards = [doneIfSignedIn]

  router.post(START, forms.submission({ guards, checks: [confirms], act: start(confirm), failsWithoutEffect: true }))
  router.get(WAIT, scriptsThatAsk, wait(confirm))
  router.get(FINISH, doneIfSignedIn, async (req, res) => {
    const outcome = await confirm.finish(req, res)
    if (outcome.state === 'waiting') return goTo(res, WAIT)
    if (outcome.state === 'agreed') {
      return res.render('confirm/continue', { jid: outcome.jid, account: profileOf(outcome.jid).displayJid })
    }
    if (outcome.state === 'signed-in') return goTo(res, outcome.target)
    await leaveNotice(req, noticeOf(outcome.refusal.message))
    goTo(res, loginPage(outcome.target))
  })
  router.post(FINISH, forms.submission({ guards, act: agree(confirm) }))
  router.post(`${START}/cancel`, forms.submission({ guards, act: cancel(confirm), failsWithoutEffect: true }))
  return router
}

function start(confirm: ConfirmLogin): Act {
  return async (req, _res): Promise<Answer> => {
    const jid = typedJid(req)
    const target = returnTo(req.body?.returnTo)
    const started = await confirm.start(req, {
      jid,
      target,
      stay: req.body?.stay === 'on',
      isAgain: req.body?.again === 'on',
    })
    if (!isRefusal(started)) return { to: WAIT, waiting: started }
    return { to: loginPage(target), notice: { ...noticeOf(started.message), username: jid } }
  }
}

function wait(confirm: ConfirmLogin): RequestHandler {
  return async (req, res) => {
    const isHeld = 'held' in req.query
    const isAsked = req.accepts(['html', 'json']) === 'json'
    const view = isSignedIn(req) ? undefined : await confirm.look(req, isHeld)
    if (isAsked) return void res.json({ state: view?.state ?? 'gone' })
    if (view?.state !== 'waiting') return goTo(res, FINISH)
    showWaiting(confirm, req, res, view)
  }
}

/** Shows the same page for every address, whether or not an account has it and could be asked: it must not tell. */
function showWaiting(confirm: ConfirmLogin, req: Request, res: Response, view: ConfirmView): void {
  const { jid, number, code, link, bot, expiresAt } = view
  const { target = '/', stay = false } = waitingOf(req) ?? {}
  res.render('confirm/wait', {
    number,
    // A code that is enough alone needs none.
    hasNumber: jid !== undefined || !confirm.isCodeEnough,
    jid,
    account: jid === undefined ? undefined : displayJid(jid),
    bot: displayJid(bot),
    code,
    link,
    qr: link === undefined ? undefined : qrOf(link),
    expiresAt: new Date(expiresAt),
    target,
    stay,
  })
}

function agree(confirm: ConfirmLogin): Act {
  return async (req, res): Promise<Answer> => {
    const outcome = await confirm.finish(req, res, typedJid(req))
    if (outcome.state === 'signed-in') return { to: outcome.target }
    // The page then shows the account of the request that the browser waits for by now.
    if (outcome.state !== 'refused') return { to: WAIT }
    return { to: loginPage(outcome.target), notice: noticeOf(outcome.refusal.message) }
  }
}

function cancel(confirm: ConfirmLogin): Act {
  return async (req): Promise<Answer> => {
    const target = await confirm.cancel(req)
    const message = { code: 'confirm.cancelled' } as const
    return { to: loginPage(target), notice: { page: '/login', message } }
  }
}

/** A browser that waits in two tabs finishes in one of them, and a form may come again. */
const doneIfSignedIn: RequestHandler = (req, res, next) => {
  if (!isSignedIn(req)) return next()
  goTo(res, waitingOf(req)?.target ?? returnTo(req.body?.returnTo))
}

function noticeOf(code: MessageCode): Notice {
  return { page: '/login', message: { code }, refused: true, form: 'xmpp' }
}

function loginPage(target: string): string {
  return leadingTo('/login', target)
}

function typedJid({ body }: Request): string {
  const jid: unknown = body?.jid
  return typeof jid === 'string' ? jid.slice(0, MAX_JID_LENGTH) : ''
}
