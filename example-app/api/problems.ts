import { STATUS_CODES } from 'node:http'
import type { ErrorRequestHandler } from 'express'
import { LOGIN_REFUSALS, type Refusal } from 'passport-xmpp-bosh-login-site/auth/refusals'
import { failureOf } from 'passport-xmpp-bosh-login-site/operation/failure'
import { en } from 'passport-xmpp-bosh-login-site/texts/en'
import { messageIn } from 'passport-xmpp-bosh-login-site/texts/index'

/** A refused request: a code for programs, a text for people. */
export class Problem extends Error {
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, text: string) {
    super(text)
    this.status = status
    this.code = code
  }
}

/** Turns a refusal into a problem. Tells no more than the page: all refusals of a login read like a wrong password. */
export function problemOf({ code, status, message }: Refusal): Problem {
  const text = messageIn(en, { code: message })
  return LOGIN_REFUSALS.includes(code) ? new Problem(401, 'invalid-credentials', text) : new Problem(status, code, text)
}

/** Returns a handler for `catch`, which throws a failure that the visitor can correct as a problem. */
export function throwProblem(refusalOf: (reason: unknown) => Refusal | undefined): (reason: unknown) => never {
  return reason => {
    const refusal = refusalOf(reason)
    throw refusal && refusal.status < 500 ? problemOf(refusal) : reason
  }
}

/** s. The XMPP server does not tell how long to wait. Its limits are counted in minutes. */
const RETRY_AFTER_S = 60

const LATER = ['unavailable', 'A required server cannot be reached. Please try again in a few minutes.']
const OUR_FAULT = ['internal-error', 'This is not your fault. Please try again later.']
const BAD_REQUEST = ['bad-request', 'This request cannot be answered.']
const TEXTS: Readonly<Record<number, readonly string[]>> = {
  400: ['malformed-body', 'The body is not a JSON object.'],
  403: [
    'csrf-token-invalid',
    'The header X-CSRF-Token is missing or does not belong to this session. Get a token with GET /api/csrf.',
  ],
  413: ['body-too-large', 'The body is too large.'],
  415: ['unsupported-media-type', 'Send JSON in UTF-8, as application/json.'],
  429: ['too-many-attempts', 'There were too many attempts from your address.'],
  502: LATER,
  503: LATER,
  504: LATER,
}

/** Answers errors under /api with problem details (RFC 9457). */
export const apiProblem: ErrorRequestHandler = (error: unknown, req, res, next) => {
  if (res.headersSent) return next(error)
  const { status, reference: requestId } = failureOf(error, req)
  const [code, detail] =
    error instanceof Problem ? [error.code, error.message] : (TEXTS[status] ?? (status < 500 ? BAD_REQUEST : OUR_FAULT))
  if (status === 429 && !res.get('Retry-After')) res.set('Retry-After', String(RETRY_AFTER_S))
  res
    .status(status)
    .type('application/problem+json')
    // RFC 9457 §4.2.1: with this type, the title is the name of the status.
    .send(
      JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail, code, requestId }),
    )
}
