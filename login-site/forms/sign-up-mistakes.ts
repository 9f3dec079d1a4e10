import type { SignUpForm } from '../auth/accounts'
import type { Message } from '../texts'

/** A mistake in a sign-up form that shows without asking the server, which accepts one answer to a captcha. */
export interface Mistake {
  readonly message: Message
  /** name of the field to correct; `answer` for the captcha's */
  readonly field: string
}

/** Shorter passwords are refused by most servers, and guessed soon at the others. */
const MIN_PASSWORD_LENGTH = 8

/** @param values input of the visitor under the names of the form's fields, with `passwordAgain` if the page has it */
export function mistakeIn(
  { fields, answer }: Pick<SignUpForm, 'fields' | 'answer'>,
  values: Readonly<Record<string, unknown>>,
): Mistake | undefined {
  const textOf = (name: string) => (typeof values[name] === 'string' ? values[name] : '')
  const empty = fields.find(({ name, required }) => required && textOf(name).trim() === '')
  if (empty) {
    return { message: { code: 'missing-credentials' }, field: empty.name === answer ? 'answer' : empty.name }
  }
  const [username, password] = [textOf('username'), textOf('password')]
  if ([...password].length < MIN_PASSWORD_LENGTH) {
    return { message: { code: 'password-too-short', value: `${MIN_PASSWORD_LENGTH}` }, field: 'password' }
  }
  if (password.toLowerCase() === username.trim().toLowerCase()) {
    return { message: { code: 'password-is-name' }, field: 'password' }
  }
  if (values['passwordAgain'] !== undefined && values['passwordAgain'] !== password) {
    return { message: { code: 'passwords-differ' }, field: 'password' }
  }
  return undefined
}
