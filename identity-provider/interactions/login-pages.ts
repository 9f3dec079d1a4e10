import { type Request, type RequestHandler, Router } from 'express'
import { waitingOf } from 'passport-xmpp-bosh-login-site/confirm/waiting'
import { formBody } from 'passport-xmpp-bosh-login-site/forms/form-body'
import type { SubjectOf } from '../claims/pairwise'
import { mustSignInAgain } from './decision'
import { askedBy, type Interactions, visitorOf } from './find'
import { interactionIn } from './paths'

/** Pages of the site on the way from an interaction back to it. A sign-up is for visitors without an account. */
const LOGIN = ['/login', '/login/xmpp', '/login/xmpp/wait', '/login/xmpp/finish', '/login/xmpp/cancel']

/**
 * Prepares the pages of the site for a sign-in that a client asked for: a signed-in visitor gets the form if another sign-in is
 * needed. The address of an interaction is enough for this: the interaction itself checks the browser and the time of the sign-in.
 */
export function preparedLogin(interactions: Pick<Interactions, 'byId'>, subjectOf: SubjectOf): Router {
  const router = Router()
  const prepare: RequestHandler = async (req, res, next) => {
    const visitor = visitorOf(req)
    const uid = visitor && interactionIn(targetOf(req))
    const found = uid === undefined ? undefined : await interactions.byId(uid)
    if (found && visitor) res.locals['signInAgain'] = mustSignInAgain(askedBy(found, subjectOf), visitor, Date.now())
    next()
  }
  router.get(LOGIN, prepare)
  router.post(LOGIN, formBody, prepare)
  return router
}

/** Returns the page that a sign-in leads to. */
function targetOf(req: Request): unknown {
  const { query, body } = req
  return query['returnTo'] ?? (body as { returnTo?: unknown } | undefined)?.returnTo ?? waitingOf(req)?.target
}
