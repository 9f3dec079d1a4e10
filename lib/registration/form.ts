import { protocolError, XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { CAPTCHA_LIFETIME_MS, MAX_FORM_FIELDS, MAX_FORM_VALUE_LENGTH } from '../limits'
import { assertText, type NameSettings, prepareNewCredentials } from '../login/credentials'
import {
  type DataField,
  displayable,
  type FieldOption,
  type FieldType,
  readForm,
  submitForm,
} from '../stanzas/data-form'
import { DATA_FORM, REGISTER } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import { type Element, textOf } from '../xml/read'
import { element, type Node } from '../xml/write'
import { type Captcha, challengeOf } from './captcha'
import { losesBlanks, takesPlainFields } from './plain-fields'
import { assertAnswered, isSigned } from './questions'
import { isOrdinary } from './refusals'
import type { RegistrationState } from './state'

/**
 * Field of a sign-up form that the visitor fills in. Its texts come from the server: escape them.
 *
 * @example
 * ```ts
 * import type { RegistrationField } from 'passport-xmpp-bosh'
 *
 * const escape = (text: string) => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
 *
 * export function inputTag({ name, label = name, type, required }: RegistrationField): string {
 *   const kind = type === 'text-private' ? 'password' : 'text'
 *   const attributes = `name="${escape(name)}" type="${kind}"${required ? ' required' : ''}`
 *   return `<label>${escape(label)} <input ${attributes}></label>`
 * }
 * ```
 */
export interface RegistrationField {
  /** name of the field's value in `values` of `submit()`; the answer to the captcha is a field, too */
  readonly name: string
  /** type of the field (XEP-0004 §3.3) */
  readonly type: FieldType
  /** text to show next to the field */
  readonly label?: string
  /** true: `submit()` refuses an empty value */
  readonly required: boolean
  /** choices of a list */
  readonly options?: readonly FieldOption[]
}

/**
 * Sign-up form of the server (XEP-0077, XEP-0004).
 *
 * @example
 * ```ts
 * import { Registration, type RegistrationForm } from 'passport-xmpp-bosh'
 *
 * const registration = new Registration({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' })
 *
 * const { fields, captcha, state }: RegistrationForm = await registration.form()
 * console.log(fields.map(({ name }) => name)) // [ 'username', 'password', 'ocr' ]
 * console.log(captcha?.type) // image/png
 * console.log(state.expiresAt) // the end of the captcha, in ms since 1970
 * ```
 */
export interface RegistrationForm {
  /** visible fields, in the server's order */
  readonly fields: readonly RegistrationField[]
  /** text of the server; may be empty; escape it */
  readonly instructions: string
  /**
   * picture to show; its text goes into the field that `state.answer` names, usually `ocr`. A server may ask its question
   * as the label of a field instead.
   */
  readonly captcha?: Captcha
  /** state for `submit()`; keep it in the session on the server */
  readonly state: RegistrationState
}

/**
 * Reads the reply to a request for the sign-up form. A data form takes precedence over plain fields (XEP-0077 §6).
 *
 * @throws {XmppBoshError} `registration-closed` if the form does not ask for a user name and a password, or demands a
 * signature; ERR_XMPP_PROTOCOL for a malformed form
 */
export function formOf(answer: Element, { domain, service, now, captchaHosts }: FormContext): RegistrationForm {
  const query = answer.children.find(({ name, namespace }) => name === 'query' && namespace === REGISTER)
  if (query === undefined) throw protocolError('the server sent no registration form')
  const x = query.children.find(({ name, namespace }) => name === 'x' && namespace === DATA_FORM)
  return asProtocolError(() =>
    x
      ? dataForm(x, [...query.children, ...answer.children], { domain: domain.ascii, service }, { now, captchaHosts })
      : plainForm(query, { domain: domain.ascii, service }),
  )
}

/** Circumstances in which a form is read. */
export interface FormContext {
  readonly domain: Domain
  /** index of the URL in option `service` that sent the form */
  readonly service: number
  /** ms since 1970 */
  readonly now: number
  /** hosts whose pictures may be shown by their address */
  readonly captchaHosts: readonly string[]
}

/** Origin of a form. */
type Source = Pick<RegistrationState, 'domain' | 'service'>

// XEP-0158 §3: fields for clients that cannot show the picture
const FALLBACK = /^captcha-fallback-/

function dataForm(
  x: Element,
  siblings: readonly Element[],
  source: Source,
  { now, captchaHosts }: Pick<FormContext, 'now' | 'captchaHosts'>,
): RegistrationForm {
  const { instructions, fields } = readForm(x)
  if (isSigned(fields)) throw closed('the server takes forms of programs with a signature only')
  const offered = fields.filter(({ name, type }) => type !== 'hidden' && type !== 'fixed' && !FALLBACK.test(name))
  assertAccount(offered.map(({ name }) => name))
  const challenges = offered.filter(({ media }) => media !== undefined)
  const { challenge, captcha } = challengeOf(challenges, siblings, captchaHosts) ?? {}
  // A challenge that is not shown cannot be answered.
  const visible = offered.filter(field => field.media === undefined || field === challenge)
  return {
    fields: visible.map(fieldOf),
    instructions,
    ...(captcha && { captcha }),
    state: {
      ...source,
      kind: 'form',
      ...(takesPlainFields(visible, fields, siblings) && { plain: true }),
      visible: visible.map(({ name, required }) => [name, required]),
      // XEP-0158 §4: the id and the address of the challenge are sent back unchanged.
      hidden: fields.filter(({ type }) => type === 'hidden').map(({ name, values }) => [name, values]),
      answer: challenge?.name ?? null,
      expiresAt: challenge ? now + CAPTCHA_LIFETIME_MS : null,
    },
  }
}

/** Children of `<query/>` that are not fields (XEP-0077 §14). */
const NO_FIELDS: readonly string[] = ['instructions', 'registered', 'key', 'remove']

function plainForm(query: Element, source: Source): RegistrationForm {
  const children = query.children.filter(({ namespace }) => namespace === REGISTER)
  const names = children.map(({ name }) => name).filter(name => !NO_FIELDS.includes(name))
  if (names.length > MAX_FORM_FIELDS) throw protocolError('the form has too many fields')
  if (new Set(names).size !== names.length) throw protocolError('the form has two fields with the same name')
  assertAccount(names)
  return {
    fields: names.map(name => ({ name, type: name === 'password' ? 'text-private' : 'text-single', required: true })),
    instructions: displayable(
      children
        .filter(({ name }) => name === 'instructions')
        .map(textOf)
        .join('\n'),
    ),
    state: {
      ...source,
      kind: 'fields',
      visible: names.map(name => [name, true]),
      hidden: [],
      answer: null,
      expiresAt: null,
    },
  }
}

// XEP-0077 §5: a server may only name a web page, or nothing at all.
function assertAccount(names: readonly string[]): void {
  if (names.includes('username') && names.includes('password')) return
  throw closed('the server does not create accounts over XMPP: its form lacks a user name or a password')
}

function closed(message: string): XmppBoshError {
  return new XmppBoshError('registration-closed', message)
}

function fieldOf({ name, type, label, required, options }: DataField): RegistrationField {
  return {
    name,
    type,
    required,
    ...(label !== undefined && { label }),
    ...(options.length > 0 && { options }),
  }
}

/**
 * Returns the filled-in form as `<query/>`, the localpart of the new account, and if every value is ordinary.
 *
 * @param values input of the visitor; only own properties count that are strings and carry the name of a visible field
 * @throws {XmppBoshError} `missing-credentials`, `malformed-credentials`; `captcha-wrong` if the captcha is not answered
 */
export function filledIn(
  { kind, plain, visible, hidden, answer }: RegistrationState,
  values: Readonly<Record<string, unknown>>,
  settings: NameSettings,
): { readonly local: string; readonly query: Node; readonly ordinary: boolean } {
  const inputOf = (name: string): unknown => (Object.hasOwn(values, name) ? values[name] : undefined)
  const { local, preparedPassword } = prepareNewCredentials(inputOf('username'), inputOf('password'), settings)
  const filled = visible.flatMap(([name, required]): [string, string][] => {
    if (name === 'username') return [[name, local]]
    if (name === 'password') return [[name, preparedPassword]]
    const value = inputOf(name)
    if (typeof value === 'string' && value.trim() !== '') return [[name, checkedValue(value.trim())]]
    assertAnswered(name, required, answer)
    if (required) throw new XmppBoshError('missing-credentials', 'a required field is empty')
    return []
  })
  const isForm = kind === 'form' && !(plain && losesBlanks(preparedPassword))
  const children = isForm
    ? [submitForm([...hidden, ...filled.map(([name, value]) => [name, [value]] as const)])]
    : filled.map(([name, value]) => element(name, {}, value))
  const others = filled.flatMap(([name, value]) => (name === 'username' || name === 'password' ? [] : [value]))
  const ordinary = isOrdinary(local, preparedPassword, others)
  return { local, query: element('query', { xmlns: REGISTER }, ...children), ordinary }
}

function checkedValue(value: string): string {
  if (value.length > MAX_FORM_VALUE_LENGTH) {
    throw new XmppBoshError('malformed-credentials', 'malformed input: the value of a form field is too long')
  }
  assertText(value)
  return value
}
