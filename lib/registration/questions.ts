import { XmppBoshError } from '../errors/error'
import type { DataField } from '../stanzas/data-form'
import type { RegistrationState } from './state'

/** Names of fields about the account (XEP-0077 §14.1). A server that asks for others asks a question. */
const ACCOUNT_FIELDS: readonly string[] = [
  'username',
  'nick',
  'password',
  'name',
  'first',
  'last',
  'email',
  'address',
  'city',
  'state',
  'zip',
  'phone',
  'url',
  'date',
  'misc',
  'text',
]

/** Names of fields with the answer to a challenge (XEP-0158 §5). */
const CHALLENGE_FIELDS: readonly string[] = [
  'ocr',
  'qa',
  'picture_q',
  'picture_recog',
  'audio_recog',
  'speech_q',
  'speech_recog',
  'video_q',
  'video_recog',
]

// Tigase: signed-form-required
const SIGNED_FORM = 'urn:xmpp:xdata:signature:oauth1'

/**
 * Returns true if the form has something to answer: the text in a picture, or a question in the label of a field. It is
 * read from the visible fields, which the states that older versions stored have as well.
 */
export function hasQuestion({ visible, answer }: Pick<RegistrationState, 'visible' | 'answer'>): boolean {
  return answer !== null || visible.some(([name]) => !ACCOUNT_FIELDS.includes(name))
}

/** Returns true if the form has a challenge of XEP-0158, as a picture or as text. */
export function hasChallenge({ visible, answer }: Pick<RegistrationState, 'visible' | 'answer'>): boolean {
  return answer !== null || visible.some(([name]) => CHALLENGE_FIELDS.includes(name))
}

/**
 * Checks an empty field.
 *
 * @throws {XmppBoshError} `captcha-wrong` if it is for the answer to a challenge
 */
export function assertAnswered(name: string, required: boolean, answer: string | null): void {
  if (name === answer || (required && CHALLENGE_FIELDS.includes(name))) {
    throw new XmppBoshError('captcha-wrong', 'the captcha was not answered')
  }
}

/** Returns true for a form that only programs with a key can fill in (XEP-0348). */
export function isSigned(fields: readonly DataField[]): boolean {
  return fields.some(({ name, values }) => name === 'FORM_TYPE' && values.includes(SIGNED_FORM))
}
