import { randomBytes } from 'node:crypto'
import type { RequestHandler } from 'express'
import type { Csrf } from '../protection/csrf'

const FORM_ID_BYTES = 16

/** Hidden fields of the forms. They are for the app, and not for the XMPP server. */
export const HIDDEN_FIELDS: readonly string[] = ['_csrf', '_form', '_state', '_picture', '_returnTo']

/** Gives templates the values of a form's hidden fields. A page without a form gets no cookie. */
export function hiddenFields(csrf: Csrf): RequestHandler {
  return (req, res, next) => {
    res.locals['formToken'] = () => csrf.tokenFor(req, res)
    // Distinguishes a form that is sent twice from two forms with the same content.
    res.locals['formId'] = () => randomBytes(FORM_ID_BYTES).toString('base64url')
    next()
  }
}
