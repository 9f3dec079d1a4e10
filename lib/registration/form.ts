import { protocolError, XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { CAPTCHA_LIFETIME_MS, MAX_FORM_FIELDS, MAX_FORM_VALUE_LENGTH } from '../limits'
import { assertText, prepareNewCredentials } from '../login/credentials'
import { type DataField, type FieldOption, type FieldType, readForm, shown, submitForm } from '../stanzas/data-form'
import { DATA_FORM, REGISTER } from '../xml/namespaces'
import { asProtocolError } from '../xml/protocol-error'
import { type Element, textOf } from '../xml/read'
import { element, type Node } from '../xml/write'
import { type Captcha, captchaOf } from './captcha'
import type { RegistrationState } from './state'

/** A field for the visitor. The texts are the server's: escape them. */
export interface RegistrationField {
  /** the name `submit()` looks for in `values`; the answer to the captcha has one, too */
  readonly name: string
  /** XEP-0004 §3.3 */
  readonly type: FieldType
  /** what the visitor reads beside it */
  readonly label?: string
  /** true: `submit()` refuses an empty one */
  readonly required: boolean
  /** what a list has to choose from */
  readonly options?: readonly FieldOption[]
}

/** What a visitor fills in to get an account. */
export interface RegistrationForm {
  /** in the order of the server */
  readonly fields: readonly RegistrationField[]
  /** text of the server; may be empty */
  readonly instructions: string
  /** what has to be read, and written into the field `ocr` or what it is called */
  readonly captcha?: Captcha
  /** for `submit()`; to be kept in the session on the server */
  readonly state: RegistrationState
}

/**
 * Reads the answer to a request for the form: a data form goes before plain fields (XEP-0077 §6).
 *
 * @param now ms since 1970
 * @param service which of several it came from
 * @throws {XmppBoshError} `registration-closed` when there is nothing to fill in
 */
export function formOf(answer: Element, domain: Domain, now: number, service: number): RegistrationForm {
  const query = answer.children.find(({ name, namespace }) => name === 'query' && namespace === REGISTER)
  if (query === undefined) throw protocolError('the server sent no registration form')
  const x = query.children.find(({ name, namespace }) => name === 'x' && namespace === DATA_FORM)
  return asProtocolError(() =>
    x
      ? dataForm(x, [...query.children, ...answer.children], { domain: domain.ascii, service }, now)
      : plainForm(query, { domain: domain.ascii, service }),
  )
}

/** Where a form is from. */
type Source = Pick<RegistrationState, 'domain' | 'service'>

// XEP-0158 §3: for clients that cannot show the picture
const FALLBACK = /^captcha-fallback-/

function dataForm(x: Element, beside: readonly Element[], source: Source, now: number): RegistrationForm {
  const { instructions, fields } = readForm(x)
  const visible = fields.filter(({ name, type }) => type !== 'hidden' && type !== 'fixed' && !FALLBACK.test(name))
  assertAccount(visible.map(({ name }) => name))
  const challenges = visible.filter(({ media }) => media !== undefined)
  const [challenge] = challenges
  if (challenges.length > 1) throw protocolError('the form has more than one challenge')
  return {
    fields: visible.map(fieldOf),
    instructions,
    ...(challenge && { captcha: captchaOf(challenge, beside) }),
    state: {
      ...source,
      kind: 'form',
      visible: visible.map(({ name, required }) => [name, required]),
      // XEP-0158 §4: the challenge's id and address go back as they came.
      hidden: fields.filter(({ type }) => type === 'hidden').map(({ name, values }) => [name, values]),
      answer: challenge?.name ?? null,
      expiresAt: challenge ? now + CAPTCHA_LIFETIME_MS : null,
    },
  }
}

/** Children of the query that ask for nothing (XEP-0077 §14). */
const NO_FIELDS: readonly string[] = ['instructions', 'registered', 'key', 'remove']

function plainForm(query: Element, source: Source): RegistrationForm {
  const children = query.children.filter(({ namespace }) => namespace === REGISTER)
  const names = children.map(({ name }) => name).filter(name => !NO_FIELDS.includes(name))
  if (names.length > MAX_FORM_FIELDS) throw protocolError('the form has too many fields')
  if (new Set(names).size !== names.length) throw protocolError('the form has a field twice')
  assertAccount(names)
  return {
    fields: names.map(name => ({ name, type: name === 'password' ? 'text-private' : 'text-single', required: true })),
    instructions: shown(
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

// A server that only names a page, or nothing at all (XEP-0077 §5).
function assertAccount(names: readonly string[]): void {
  if (names.includes('username') && names.includes('password')) return
  throw new XmppBoshError(
    'registration-closed',
    'the server does not make accounts here: it asks for no user name and password',
  )
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
 * The form filled in.
 *
 * @param values what the visitor typed; only own texts under the names of visible fields count
 * @throws {XmppBoshError} `missing-credentials`, `malformed-credentials`; `captcha-wrong` when there is no answer at all
 */
export function filledIn(
  { kind, visible, hidden, answer }: RegistrationState,
  values: Readonly<Record<string, unknown>>,
  domain: Domain,
): { readonly local: string; readonly query: Node } {
  const typed = (name: string): unknown => (Object.hasOwn(values, name) ? values[name] : undefined)
  const { local, preparedPassword } = prepareNewCredentials(typed('username'), typed('password'), domain)
  const filled = visible.flatMap(([name, required]): [string, string][] => {
    if (name === 'username') return [[name, local]]
    if (name === 'password') return [[name, preparedPassword]]
    const value = typed(name)
    if (typeof value === 'string' && value.trim() !== '') return [[name, checked(value.trim())]]
    if (name === answer) throw new XmppBoshError('captcha-wrong', 'the challenge was not answered')
    if (required) throw new XmppBoshError('missing-credentials', 'a field that is required was not filled in')
    return []
  })
  const children =
    kind === 'form'
      ? [submitForm([...hidden, ...filled.map(([name, value]) => [name, [value]] as const)])]
      : filled.map(([name, value]) => element(name, {}, value))
  return { local, query: element('query', { xmlns: REGISTER }, ...children) }
}

function checked(value: string): string {
  if (value.length > MAX_FORM_VALUE_LENGTH) {
    throw new XmppBoshError('malformed-credentials', 'what was typed is malformed: too long')
  }
  assertText(value)
  return value
}
