import type { ErrorRequestHandler, RequestHandler } from 'express'
import { OutcomeUnknown } from '../forms/failures'
import { failureOf } from '../operation/failure'

interface Page {
  readonly title: string
  readonly text: string
}

const LATER: Page = {
  title: 'This is not possible at the moment',
  text: 'A required server cannot be reached. Please try again in a few minutes.',
}
const OUR_FAULT: Page = {
  title: 'Something went wrong',
  text: 'This is not your fault. Please try again later.',
}
const BAD_REQUEST: Page = {
  title: 'This request cannot be answered',
  text: 'Please go back to the start page and try again.',
}
const UNKNOWN: Page = {
  title: 'It is unknown if this took effect',
  text: 'Your form was received, but its outcome is not known. Please check before you send it again.',
}
const PAGES: Readonly<Record<number, Page>> = {
  403: {
    title: 'This form is no longer valid',
    text: 'It was open for too long, or your browser does not accept cookies. Please reload the form and try again.',
  },
  404: { title: 'Page not found', text: 'There is nothing at this address.' },
  413: { title: 'Too much text', text: 'Your input is too long.' },
  429: { title: 'Too many attempts', text: 'There were too many attempts from your address.' },
  502: LATER,
  503: LATER,
  504: LATER,
}

export const notFound: RequestHandler = (_req, res) => {
  res.status(404).render('error', { status: 404, page: PAGES[404] })
}

/** Shows the visitor a fixed text and a request id. The log has the reason under the same id. */
export const errorPage: ErrorRequestHandler = (error: unknown, req, res, next) => {
  // Part of a page has been sent already: Express closes the connection.
  if (res.headersSent) return next(error)
  const { status, reference } = failureOf(error, req)
  const page = error instanceof OutcomeUnknown ? UNKNOWN : (PAGES[status] ?? (status < 500 ? BAD_REQUEST : OUR_FAULT))
  res.status(status).render('error', {
    status,
    page,
    // The page of the form that is no longer valid.
    form: FORMS.find(path => req.path.startsWith(path)) ?? '/login',
    minutes: Math.ceil(Number(res.get('Retry-After')) / 60),
    reference,
  })
}

const FORMS = ['/account', '/register', '/login']
