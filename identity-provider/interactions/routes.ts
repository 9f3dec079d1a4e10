import { type Request, type RequestHandler, type Response, Router } from 'express'
import type { Act, Forms } from 'passport-xmpp-bosh-login-site/forms/forms'
import { leadingTo } from 'passport-xmpp-bosh-login-site/protection/return-to'
import { goTo } from 'passport-xmpp-bosh-login-site/sessions/go-to'
import { leaveNotice } from 'passport-xmpp-bosh-login-site/sessions/notice'
import type { SubjectOf } from '../claims/pairwise'
import type { LogProviderEvent } from '../operation/events'
import { leadOn } from '../pages/lead-on'
import type { Answers } from './answers'
import { consentPage } from './consent-page'
import { type Decision, decide } from './decision'
import { askedBy, type Found, type Interactions, visitorOf } from './find'
import { hintedName } from './login-hint'
import { INTERACTION, onwardTo } from './paths'

export interface InteractionsOptions {
  readonly interactions: Interactions
  readonly answers: Answers
  readonly subjectOf: SubjectOf
  /** Tells if the visitors of a client are not asked for their consent. */
  readonly isFirstParty: (clientId: string) => boolean
  readonly forms: Forms
  /** path of the site, without a slash at its end */
  readonly base: string
  readonly logEvent: LogProviderEvent
}

/** Serves the questions of oidc-provider to the visitor. Signing in is the site's. */
export function interactionRoutes(options: InteractionsOptions): Router {
  const router = Router()
  router.get(
    `${INTERACTION}/:uid`,
    // Absolute, and of this provider.
    ask(options, (res, url) => res.redirect(303, url)),
  )
  router.get(`${INTERACTION}/:uid/onward`, ask(options, leadOn))
  const post = (name: string, act: Answering) =>
    router.post(`${INTERACTION}/:uid/${name}`, options.forms.submission({ act: submitted(options, act) }))
  post('consent', consent)
  post('decline', decline)
  return router
}

/**
 * Asks the visitor, or goes on.
 *
 * @param goOn leads the browser to the address at which oidc-provider goes on
 */
function ask(options: InteractionsOptions, goOn: (res: Response, url: string) => void): RequestHandler {
  return async (req, res) => {
    const found = await options.interactions.ofBrowser(req, res)
    if (!found) return void res.status(400).render('interaction-gone')
    // A form has answered it.
    if (found.interaction.result) return goOn(res, found.interaction.returnTo)
    const decision = decisionFor(options, found, req)
    if (decision === 'sign-in') return signIn(found, req, res)
    if (decision === 'consent' && !options.isFirstParty(found.client.clientId)) {
      return res.render('consent', consentPage(found))
    }
    goOn(res, await answerTo(options, decision, found, req))
  }
}

function decisionFor({ subjectOf }: InteractionsOptions, found: Found, req: Request): Decision {
  return decide(askedBy(found, subjectOf), visitorOf(req), Date.now())
}

/** Answers a question that the visitor need not see. */
function answerTo({ answers }: InteractionsOptions, decision: Decision, found: Found, req: Request): Promise<string> {
  const accountId = visitorOf(req)?.accountId
  if (decision === 'consent') return answers.consented(found)
  if (decision === 'signed-in' && accountId !== undefined) return answers.signedIn(found, req, accountId)
  if (decision === 'other-account') {
    return answers.refused(found, 'login_required', 'the End-User signed in with another account')
  }
  return answers.refused(found, 'access_denied', 'the name of the account is too long for a subject')
}

async function signIn({ interaction }: Found, req: Request, res: Response): Promise<void> {
  const username = hintedName(interaction.params['login_hint'])
  // It fills the form in, and nothing else. A message that waits for the form comes first.
  if (username !== undefined && !req.keptNotice?.notice) await leaveNotice(req, { page: '/login', username })
  goTo(res, leadingTo('/login', onwardTo(interaction.uid)))
}

/** Answers a question as the visitor chose. */
type Answering = (options: InteractionsOptions, found: Found, req: Request) => Promise<void>

function submitted(options: InteractionsOptions, act: Answering): Act {
  return async (req, res) => {
    const found = await options.interactions.ofBrowser(req, res)
    // Otherwise, the page says that the request is over, or asks for the sign-in again.
    if (found && decisionFor(options, found, req) === 'consent') await act(options, found, req)
    return { to: onwardTo(String(req.params['uid'])) }
  }
}

async function consent({ answers, logEvent }: InteractionsOptions, found: Found, req: Request): Promise<void> {
  await answers.consented(found)
  logEvent(req, 'oidc-consent', { client: found.client.clientId, jid: req.user?.jid })
}

async function decline({ answers, logEvent }: InteractionsOptions, found: Found, req: Request): Promise<void> {
  await answers.refused(found, 'access_denied', 'the End-User declined')
  logEvent(req, 'oidc-declined', { client: found.client.clientId, jid: req.user?.jid })
}
