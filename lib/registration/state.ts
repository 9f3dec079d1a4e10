import { XmppBoshError } from '../errors/error'
import { MAX_FORM_FIELDS, MAX_FORM_VALUE_LENGTH } from '../limits'

/**
 * What is kept between the form and its answer, in the session on the server: plain JSON, no secret of the visitor's, no
 * sid. The challenge's id is in it, so it is not for the browser.
 */
export interface RegistrationState {
  /** the domain the form is of */
  readonly domain: string
  /** how it is handed in: as a form (XEP-0004) or as fields of XEP-0077 */
  readonly kind: 'form' | 'fields'
  /** what the visitor fills in: name -> required */
  readonly visible: readonly (readonly [name: string, required: boolean])[]
  /** what goes back as it came: name -> values */
  readonly hidden: readonly (readonly [name: string, values: readonly string[]])[]
  /** the field with the answer to the challenge */
  readonly answer: string | null
  /** ms since 1970 */
  readonly expiresAt: number | null
  /** which of several services gave it: nodes of a cluster do not know each other's challenges */
  readonly service: number
}

/**
 * Sessions are kept by others, and what comes back may be anything.
 *
 * @throws {XmppBoshError} `captcha-expired` when there is none any more
 * @throws {TypeError} when it is not what `form()` gave, or of another domain
 */
export function assertState(state: unknown, domain: string): asserts state is RegistrationState {
  if (state === undefined || state === null) {
    throw new XmppBoshError('captcha-expired', 'there is no form any more that this could be the answer to')
  }
  if (!isState(state)) throw new TypeError('`state` is not what form() gave')
  if (state.domain !== domain) throw new TypeError(`\`state\` is of another domain than option \`domain\``)
}

function isState(value: unknown): value is RegistrationState {
  if (typeof value !== 'object' || value === null) return false
  const {
    domain,
    kind,
    visible,
    hidden,
    answer,
    expiresAt,
    service,
  }: Partial<Record<keyof RegistrationState, unknown>> = value
  return (
    typeof domain === 'string' &&
    (kind === 'form' || kind === 'fields') &&
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
