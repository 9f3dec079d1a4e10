import type { ErrorRequestHandler, RequestHandler } from 'express'
import { XmppBoshError } from 'passport-xmpp-bosh'
import { OutcomeUnknown } from '../forms/failures'
import { failureOf, isOutcomeUnknown } from '../operation/failure'
import { type Texts, textsOf } from '../texts'
import { keepName, pageToTryAgain } from './try-again'

type Kind = Exclude<keyof Texts['errors'], 'wait' | 'reference' | 'reload' | 'tryAgain'>

const KINDS: Readonly<Record<number, Kind>> = {
  403: 'formInvalid',
  404: 'notFound',
  413: 'tooLarge',
  429: 'tooManyAttempts',
  502: 'later',
  503: 'later',
  504: 'later',
}

export const notFound: RequestHandler = (_req, res) => {
  res.status(404).render('error', { status: 404, page: textsOf(res).errors.notFound })
}

/** Shows the visitor a fixed text and a request id. The log has the reason under the same id. */
export const errorPage: ErrorRequestHandler = async (error: unknown, req, res, next) => {
  // Part of a page has been sent already: Express closes the connection.
  if (res.headersSent) return next(error)
  const { status, reference } = failureOf(error, req)
  const isUnknown = error instanceof OutcomeUnknown || isOutcomeUnknown(req)
  const isTemporary = status === 429 || status >= 500
  const isForbidden = XmppBoshError.is(error) && error.code === 'role-required'
  const page = isTemporary || status === 403 ? pageToTryAgain(req) : undefined
  if (isTemporary) await keepName(req)
  res.status(status).render('error', {
    status,
    page: textsOf(res).errors[isUnknown ? 'outcomeUnknown' : isForbidden ? 'noAccess' : kindOf(status)],
    isForbidden,
    again: page,
    minutes: Math.ceil(Number(res.get('Retry-After')) / 60),
    reference,
    // A failed operation may have signed the visitor out.
    user: req.user,
  })
}

function kindOf(status: number): Kind {
  return KINDS[status] ?? (status < 500 ? 'badRequest' : 'ourFault')
}
