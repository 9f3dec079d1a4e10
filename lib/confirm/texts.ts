/**
 * Texts of the chat messages. `{site}` stands for option `site`, `{place}` for the place of the visitor. A line with
 * `{place}` is left out if the place is unknown. Clients show the first line in lists of chats.
 *
 * @example
 * ```ts
 * import type { ConfirmTexts } from 'passport-xmpp-bosh'
 *
 * const texts: Partial<ConfirmTexts> = {
 *   question: '{site}: which number does your browser show?\nAsked from {place}\nNot you? Answer "no".',
 * }
 * ```
 */
export interface ConfirmTexts {
  /** question to the account that was typed in the browser */
  question: string
  /** question to the account that sent the code of the page */
  questionAfterCode: string
  /** answer to the right number, a confirmed dialog, or a code that is enough alone */
  accepted: string
  /** notice after the sign-in */
  signedIn: string
  /** answer to "no" and to a refused dialog */
  denied: string
  /** answer to a wrong number */
  wrongNumber: string
  /** answer to STOP */
  stopped: string
  /** answer to STOP if option `onStop` fails: it must not sound as if sessions had ended */
  notStopped: string
  /** answer that came too late, or to a request that is over */
  late: string
  /** answer to a confirmed dialog while several requests of the account wait */
  several: string
  /** answer to a code that belongs to no request of the account */
  wrongCode: string
  /** answer to the right code of an account that option `allow` refuses */
  notAllowed: string
  /** answer to any other text while a request waits */
  help: string
  /** answer to an encrypted message */
  encrypted: string
}
