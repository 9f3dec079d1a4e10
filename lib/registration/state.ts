import { XmppBoshError } from '../errors/error'
import { MAX_FORM_FIELDS, MAX_FORM_VALUE_LENGTH } from '../limits'

/**
 * State between `form()` and `submit()`, for the session on the server. It is plain JSON without secrets of the visitor
 * and without a BOSH session id. It contains the id of the captcha: do not send it to the browser.
 *
 * @example
 * ```ts
 * import 'express-session'
 * import type { RegistrationState } from 'passport-xmpp-bosh'
 *
 * declare module 'express-session' {
 *   interface SessionData {
 *     registration: RegistrationState
 *   }
 * }
 * // Then: req.session.registration = (await registration.form()).state
 * ```
 */
export interface RegistrationState {
  /** XMPP domain of the form */
  readonly domain: string
  /** way to submit it: as a data form (XEP-0004) or as plain fields (XEP-0077) */
  readonly kind: 'form' | 'fields'
  /** true: the server takes the fields of its data form as plain fields as well; absent otherwise */
  readonly plain?: boolean
  /** fields that the visitor fills in */
  readonly visible: readonly (readonly [name: string, required: boolean])[]
  /** fields that are sent back unchanged */
  readonly hidden: readonly (readonly [name: string, values: readonly string[]])[]
  /** name of the field for the answer to the captcha; null without a captcha */
  readonly answer: string | null
  /** end of the captcha in ms since 1970; null without a captcha */
  readonly expiresAt: number | null
  /** index of the URL in option `service` that sent the form: another node of a cluster does not know the captcha */
  readonly service: number
}

/**
 * Checks the state that the app passes to `submit()`. It comes from a session store and may be anything.
 *
 * @throws {XmppBoshError} `captcha-expired` if it is missing
 * @throws {TypeError} if it is not a state that `form()` returned, or belongs to another domain
 */
export function assertState(state: unknown, domain: string): asserts state is RegistrationState {
  if (state === undefined || state === null) {
    throw new XmppBoshError('captcha-expired', 'the sign-up form is gone; request a new one')
  }
  if (!isState(state)) throw new TypeError('`state` is not a state that form() returned')
  if (state.domain !== domain) throw new TypeError(`\`state\` belongs to a different domain than option \`domain\``)
}

/** Returns the error for a captcha that was answered too late. */
export function captchaExpired(): XmppBoshError {
  return new XmppBoshError('captcha-expired', 'the captcha has expired; request a new form')
}

function isState(value: unknown): value is RegistrationState {
  if (typeof value !== 'object' || value === null) return false
  const {
    domain,
    kind,
    plain,
    visible,
    hidden,
    answer,
    expiresAt,
    service,
  }: Partial<Record<keyof RegistrationState, unknown>> = value
  return (
    typeof domain === 'string' &&
    (kind === 'form' || kind === 'fields') &&
    (plain === undefined || typeof plain === 'boolean') &&
    isListOf(visible, isText, required => typeof required === 'boolean') &&
    isListOf(hidden, isText, isTexts) &&
    (answer === null || isText(answer)) &&
    (expiresAt === null || Number.isFinite(expiresAt)) &&
    Number.isSafeInteger(service)
  )
}

function isListOf(value: unknown, ...parts: readonly ((part: unknown) => boolean)[]): boolean {
  const isEntry = (entry: unknown) =>
    Array.isArray(entry) && entry.length === parts.length && parts.every((isPart, n) => isPart(entry[n]))
  return Array.isArray(value) && value.length <= MAX_FORM_FIELDS && value.every(isEntry)
}

function isTexts(value: unknown): boolean {
  return Array.isArray(value) && value.length <= MAX_FORM_FIELDS && value.every(isText)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_FORM_VALUE_LENGTH
}
