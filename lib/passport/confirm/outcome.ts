import type { ConfirmWay } from '../../confirm/store'
import type { XmppBoshErrorCode } from '../../errors/statuses'
import { type Outcome, outcomeWith } from '../outcome'

/**
 * Texts for the visitor of a {@link ConfirmStrategy}, one for each kind of failure. The defaults tell nothing about
 * accounts.
 *
 * @example
 * ```ts
 * import { type ConfirmMessages, type Confirmations, ConfirmStrategy } from 'passport-xmpp-bosh'
 *
 * const messages: Partial<ConfirmMessages> = {
 *   denied: 'Die Anmeldung wurde abgelehnt.',
 *   expired: 'Die Anmeldung ist abgelaufen. Bitte noch einmal beginnen.',
 * }
 *
 * export const strategyOf = (confirmations: Confirmations) => new ConfirmStrategy({ confirmations, messages })
 * ```
 */
export interface ConfirmMessages {
  /**
   * Text for status 400: `missing-jid`, `malformed-jid`.
   *
   * @default 'Please enter an XMPP address, such as alice@example.com.'
   */
  badRequest: string
  /**
   * Text for status 403, `domain-not-allowed`: option `allow` refuses the address.
   *
   * @default 'This address cannot be used here.'
   */
  notAllowed: string
  /**
   * Text for status 401, `confirm-denied`: the answer was no, or a wrong number, or the request was cancelled.
   *
   * @default 'The sign-in was declined.'
   */
  denied: string
  /**
   * Text for status 401, `confirm-expired`: the time is over, or this browser did not start a sign-in.
   *
   * @default 'The sign-in has expired. Please start again.'
   */
  expired: string
  /**
   * Text for status 503, an outage, with option `handleErrorsAsFailures`.
   *
   * @default 'Signing in is not possible at the moment. Please try again later.'
   */
  unavailable: string
}

const DEFAULTS: ConfirmMessages = {
  badRequest: 'Please enter an XMPP address, such as alice@example.com.',
  notAllowed: 'This address cannot be used here.',
  denied: 'The sign-in was declined.',
  expired: 'The sign-in has expired. Please start again.',
  unavailable: 'Signing in is not possible at the moment. Please try again later.',
}

/** Merges texts, later ones over earlier ones, and fills in the defaults. A text that is `undefined` is as if absent. */
export function confirmMessagesOf(...given: readonly (Partial<ConfirmMessages> | undefined)[]): ConfirmMessages {
  const texts = given.flatMap(each => Object.entries(each ?? {})).filter(([, text]) => text !== undefined)
  return { ...DEFAULTS, ...Object.fromEntries(texts) }
}

const MESSAGE_OF: Readonly<Partial<Record<XmppBoshErrorCode, keyof ConfirmMessages>>> = {
  'missing-jid': 'badRequest',
  'malformed-jid': 'badRequest',
  'domain-not-allowed': 'notAllowed',
  'confirm-denied': 'denied',
  'confirm-expired': 'expired',
}

/** Returns Passport's action for the reason for which a request could not be started or finished. */
export function confirmOutcomeOf(reason: unknown, messages: ConfirmMessages, handleErrorsAsFailures: boolean): Outcome {
  const textOf = (code: XmppBoshErrorCode) => messages[MESSAGE_OF[code] ?? 'denied']
  return outcomeWith(reason, textOf, messages.unavailable, handleErrorsAsFailures)
}

/**
 * Value of `req.authInfo` after a sign-in with a {@link ConfirmStrategy}, together with the `info` that `verify` passed
 * to `done`.
 *
 * @example
 * ```ts
 * import type { ConfirmAuthInfo } from 'passport-xmpp-bosh'
 *
 * const WAYS = { number: 'by a number', dialog: 'in a dialog', code: 'by a code' }
 *
 * export const said = ({ way }: ConfirmAuthInfo) => `You confirmed this sign-in ${WAYS[way]}.`
 * ```
 */
export interface ConfirmAuthInfo {
  /** tells this strategy from the others, which name a SASL mechanism */
  mechanism: 'xmpp-confirm'
  /** the kind of the answer */
  way: ConfirmWay
}
