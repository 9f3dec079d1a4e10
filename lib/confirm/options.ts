import type { AccountLike } from '../service-account/account-like'
import type { ConfirmStore } from './store'
import type { ConfirmTexts } from './texts'

/**
 * Limits of the questions that are sent unasked. Beyond them, a visitor can still send the code.
 *
 * @example
 * ```ts
 * import type { AskLimits } from 'passport-xmpp-bosh'
 *
 * const asks: AskLimits = { perJid: 2, perDomain: 20, window: 3_600_000 }
 * ```
 */
export interface AskLimits {
  /**
   * Number of questions to one JID in the window, from 1 to 100.
   *
   * @default 3
   */
  perJid?: number
  /**
   * Number of questions to all JIDs of one other domain in the window, from 1 to 100000. The domain of the service account
   * is not counted.
   *
   * @default 60
   */
  perDomain?: number
  /**
   * Length of the window in ms, from 60000 (1 min) to 86400000 (1 day).
   *
   * @default 600000
   */
  window?: number
}

/**
 * Options of {@link Confirmations}.
 *
 * @example
 * ```ts
 * import { Confirmations, type ConfirmationsOptions, ServiceAccount } from 'passport-xmpp-bosh'
 *
 * const options: ConfirmationsOptions = {
 *   account: new ServiceAccount({
 *     service: 'https://xmpp.example.com:5443/bosh',
 *     domain: 'example.com',
 *     username: 'login',
 *     password: process.env['XMPP_PASSWORD'] ?? '',
 *   }),
 *   site: 'app.example',
 *   url: 'https://app.example/login',
 *   allow: ['example.com', 'example.org'],
 * }
 *
 * const confirmations = new Confirmations(options)
 * ```
 */
export interface ConfirmationsOptions {
  /** {@link ServiceAccount} that asks and is answered; the app closes it */
  account: AccountLike
  /** name of the site in chat messages, one line of at most 80 characters */
  site: string
  /** `https:` URL of the login page, which dialogs show; `http:` for a loopback address only */
  url: string
  /**
   * Accounts that may sign in: a domain, several domains, a function that gets the prepared bare JID, or `'*'` for every XMPP
   * account of the world.
   */
  allow: string | readonly string[] | ((jid: string) => boolean | Promise<boolean>)
  /**
   * Time for which a request waits, in ms, from 30000 to 900000.
   *
   * @default 180000
   */
  lifetime?: number
  /**
   * true: the question also opens a dialog in clients that have one (XEP-0070). A click confirms it, without the number.
   * `ConfirmVisitor.dialog` overrides it.
   *
   * @default false
   */
  dialog?: boolean
  /**
   * `'ask'`: the account that sends the code of the page is asked for the number. `'alone'`: the code is enough. false: no
   * code.
   *
   * @default 'ask'
   */
  code?: 'ask' | 'alone' | false
  /**
   * Store of the requests; processes of one app share it.
   *
   * @default a new {@link MemoryConfirmStore}
   */
  store?: ConfirmStore
  /**
   * Limits of the questions.
   *
   * @default see {@link AskLimits}
   */
  asks?: AskLimits
  /**
   * Texts of the chat messages in place of the default ones, or a function that returns them for a language.
   *
   * @default English, and German for visitors of that language
   */
  texts?: Partial<ConfirmTexts> | ((language: string | undefined) => Partial<ConfirmTexts>)
  /**
   * Called with the prepared bare JID of an account that answered STOP: end its sessions. The account is asked nothing for 24
   * hours.
   *
   * @default does nothing
   */
  onStop?: (jid: string) => void | Promise<void>
}

/** Names of all {@link ConfirmationsOptions}. */
export const CONFIRMATIONS_OPTION_NAMES = [
  'account',
  'site',
  'url',
  'allow',
  'lifetime',
  'dialog',
  'code',
  'store',
  'asks',
  'texts',
  'onStop',
] as const satisfies readonly (keyof ConfirmationsOptions)[]

/**
 * Visitor that starts a request.
 *
 * @example
 * ```ts
 * import type { ConfirmVisitor } from 'passport-xmpp-bosh'
 *
 * const visitor: ConfirmVisitor = { place: 'Firefox on Linux, 203.0.113.7', language: 'de', key: '203.0.113.7' }
 * ```
 */
export interface ConfirmVisitor {
  /**
   * Kind and address of the browser, for the chat messages. It is cut to 80 characters, and loses what looks like a link.
   *
   * @default names no place
   */
  place?: string | undefined
  /**
   * Language of the visitor, such as `de` or `de-AT`.
   *
   * @default English texts
   */
  language?: string | undefined
  /**
   * true: the question also opens a dialog.
   *
   * @default option `dialog`
   */
  dialog?: boolean | undefined
  /**
   * Address of the visitor: at most ten requests of one wait at a time.
   *
   * @default not limited
   */
  key?: string | undefined
}
