import type { FieldOption, RegistrationField } from 'passport-xmpp-bosh'
import type { SignUpForm } from '../auth/accounts'
import type { Texts } from '../texts'

/** A field of the sign-up page. */
export interface SignUpField {
  readonly id: string
  readonly name: string
  readonly label: string
  readonly hint: string | undefined
  readonly kind: 'text' | 'password' | 'email' | 'checkbox' | 'list'
  readonly required: boolean
  readonly options: readonly FieldOption[]
  readonly autocomplete: string
  /** the field for the answer to the captcha: a picture, or a question in its label */
  readonly isAnswer: boolean
  /** the app has its own words for it; other fields use the server's */
  readonly isKnown: boolean
}

type Known = Partial<Pick<SignUpField, 'label' | 'hint' | 'kind' | 'autocomplete'>>

/** Fields whose label asks a question (XEP-0158 §5). */
const QUESTIONS: readonly string[] = ['qa', 'picture_q', 'speech_q', 'video_q']

/** Returns the fields that the server requests. Known fields get the app's own labels and hints. */
export function signUpFields({ fields, answer }: SignUpForm, { common, signUp }: Texts): SignUpField[] {
  const known: Readonly<Record<string, Known>> = {
    username: { label: common.userName, autocomplete: 'username' },
    password: { label: common.password, hint: common.newPasswordRule, autocomplete: 'new-password' },
    email: { label: signUp.email, kind: 'email', autocomplete: 'email' },
    ...(answer !== null && { [answer]: { label: signUp.answer, hint: signUp.answerHint } }),
  }
  return fields.map(({ name, type, label, required, options = [] }, n): SignUpField => {
    const isKnown = Object.hasOwn(known, name)
    const { kind = kindOf(type), ...texts } = isKnown ? (known[name] ?? {}) : {}
    return {
      id: name === 'username' || name === 'password' ? name : `field-${n}`,
      name,
      label: texts.label ?? (label || name),
      hint: texts.hint,
      kind,
      required,
      options,
      autocomplete: texts.autocomplete ?? 'off',
      isAnswer: name === answer || QUESTIONS.includes(name),
      isKnown,
    }
  })
}

function kindOf(type: RegistrationField['type']): SignUpField['kind'] {
  switch (type) {
    case 'text-private':
      return 'password'
    case 'boolean':
      return 'checkbox'
    case 'list-single':
    case 'list-multi':
      return 'list'
    default:
      return 'text'
  }
}
