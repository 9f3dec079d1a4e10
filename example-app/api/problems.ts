import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler } from 'express'
import { LOGIN_REFUSALS } from '../auth/accounts'
import type { Refusal } from '../auth/refusals'
import { failureOf } from '../operation/failure'

/** A no, for programs by its code, for people by its text. */
export class Problem extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, text: string) {
    super(text)
    this.status = status
    this.code = code
  }
}

/** A refusal, as far as the page tells it: what is as good as a wrong password looks like one. */
export function problemOf({ code, status, text }: Refusal): Problem {
  return LOGIN_REFUSALS.includes(code) ? new Problem(401, 'invalid-credentials', text) : new Problem(status, code, text)
}

/** For `catch`: what the visitor can mend, in the words of the page. */
export function refusedBy(refusalOf: (reason: unknown) => Refusal | undefined): (reason: unknown) => never {
  return reason => {
    const refusal = refusalOf(reason)
    throw refusal && refusal.status < 500 ? problemOf(refusal) : reason
  }
}

/** s. The XMPP server says that it was asked too often, not for how long: its limits are counted in minutes. */
const RETRY_AFTER_S = 60

const LATER = ['unavailable', 'A server that is needed for this cannot be reached. Please try again in a few minutes.']
const OUR_FAULT = ['internal-error', 'This is not your fault. Please try again later.']
const BAD_REQUEST = ['bad-request', 'This request cannot be answered.']
const TEXTS: Readonly<Record<number, readonly string[]>> = {
  400: ['malformed-body', 'The body is not JSON, or not an object of it.'],
  403: [
    'csrf-token-invalid',
    'The header X-CSRF-Token is missing, or not of this session: GET /api/csrf gives the token.',
  ],
  413: ['body-too-large', 'The body is too large.'],
  415: ['unsupported-media-type', 'Send JSON in UTF-8, as application/json.'],
  429: ['too-many-attempts', 'Somebody at your address tried too often.'],
  502: LATER,
  503: LATER,
  504: LATER,
}

/** Answers errors under /api as RFC 9457 has it. */
export const apiProblem: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) return next(error)
  const { status, reference: requestId } = failureOf(error, req)
  const [code, detail] =
    error instanceof Problem ? [error.code, error.message] : (TEXTS[status] ?? (status < 500 ? BAD_REQUEST : OUR_FAULT))
  if (status === 429 && !res.get('Retry-After')) res.set('Retry-After', String(RETRY_AFTER_S))
  res
    .status(status)
    .type('application/problem+json')
    // RFC 9457 §4.2.1: with this type the title is that of the status.
    .send(
      JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code, requestId }),
    )
}
