import type { AbortSignalLike } from '../time/light-signal'

/**
 * How the person answered: by the number that the browser shows, by a dialog of their client (XEP-0070), or by the code
 * alone.
 *
 * @example
 * ```ts
 * import type { ConfirmWay } from 'passport-xmpp-bosh'
 *
 * // Only the number is carried from the browser to the client by hand.
 * export const isEnoughForPayments = (way: ConfirmWay) => way === 'number'
 * ```
 */
export type ConfirmWay = 'number' | 'dialog' | 'code'

/**
 * Fate of the question: `sent`; `limited`, not sent because the account was asked too often or refused; `blocked` or
 * `unreachable`, came back; `not-asked`, because the visitor typed no JID. The page shows one text for all of them.
 *
 * @example
 * ```ts
 * import type { AskedState } from 'passport-xmpp-bosh'
 *
 * // For a count, and never for the page: it must not tell which accounts exist.
 * export const hasComeBack = (asked: AskedState) => asked === 'blocked' || asked === 'unreachable'
 * ```
 */
export type AskedState = 'sent' | 'limited' | 'blocked' | 'unreachable' | 'not-asked'

/**
 * Request of one browser: a sign-in that waits for an answer, or has got it. Plain data that survives JSON.
 *
 * @example
 * ```ts
 * import type { ConfirmRecord } from 'passport-xmpp-bosh'
 *
 * export const signedInAs = ({ state, jid }: ConfirmRecord) => (state === 'granted' ? jid : undefined)
 * ```
 */
export interface ConfirmRecord {
  /** 128 random bits, base64url: known to the session of the browser alone */
  readonly id: string
  /** prepared bare JID that was typed, or that sent the code */
  readonly jid?: string
  /** true: an answer of `jid` counts, because it was asked or sent the code */
  readonly isAnswerable: boolean
  /** number that the browser shows: two digits, or three if the visitor typed no JID */
  readonly number: string
  /** eight characters of Crockford's base32, without the dash; empty if the code is off */
  readonly code: string
  /** part of the URL of a dialog: base64url */
  readonly nonce: string
  /** `waiting` for an answer, or how it was decided */
  readonly state: 'waiting' | 'granted' | 'denied'
  /** how it was granted */
  readonly way?: ConfirmWay
  /** fate of the question */
  readonly asked: AskedState
  /** true: the question holds a dialog (XEP-0070) */
  readonly isDialog: boolean
  /** sanitised "from where" of the visitor */
  readonly place?: string
  /** language of the visitor, for the chat messages */
  readonly language?: string
  /** ms since 1970 */
  readonly startedAt: number
  /** ms since 1970 */
  readonly expiresAt: number
}

/**
 * Decision about a request.
 *
 * @example
 * ```ts
 * import type { ConfirmDecision } from 'passport-xmpp-bosh'
 *
 * export const refusal: ConfirmDecision = { state: 'denied' }
 * ```
 */
export interface ConfirmDecision {
  /** `granted` if the person agreed */
  readonly state: 'granted' | 'denied'
  /** how it was granted */
  readonly way?: ConfirmWay
}

/**
 * Store of the requests that wait. Processes of one app share it. Everything in it expires by itself: a record at its
 * `expiresAt`, marks and counters after their ms. Each method may reject during an outage; then the sign-in fails, and an
 * answer of that moment counts for nothing.
 *
 * @example
 * ```ts
 * import { type ConfirmStore, MemoryConfirmStore } from 'passport-xmpp-bosh'
 *
 * export const store: ConfirmStore = new MemoryConfirmStore({ maxWaiting: 200 })
 * ```
 */
export interface ConfirmStore {
  /**
   * Adds a request, in one step with these checks, in this order.
   *
   * @returns `'full'` if the store holds as many requests as it may; for an answerable record also `'limited'` if three
   * answerable requests of its JID wait, and `'number-taken'` if one of them has its number; `'added'` otherwise
   */
  add(record: ConfirmRecord): Promise<'added' | 'number-taken' | 'limited' | 'full'>
  /** Returns a request, whatever its state. */
  get(id: string): Promise<ConfirmRecord | undefined>
  /** Returns the answerable requests of a JID that wait. */
  waitingFor(jid: string): Promise<readonly ConfirmRecord[]>
  /** Returns the request that waits and has this code. The empty code belongs to none. */
  byCode(code: string): Promise<ConfirmRecord | undefined>
  /**
   * Makes a request that waits answerable by the JID that sent its code, in one step.
   *
   * @returns false if it does not wait, or has another JID
   */
  bind(id: string, jid: string): Promise<boolean>
  /** Sets `asked` of a request that waits: its question came back. */
  asked(id: string, asked: AskedState): Promise<void>
  /**
   * Decides a request that waits, in one step.
   *
   * @returns true for the one call that decided it
   */
  decide(id: string, decision: ConfirmDecision): Promise<boolean>
  /** Removes a request and returns it, in one step, whatever its state. */
  take(id: string): Promise<ConfirmRecord | undefined>
  /**
   * Resolves when the request is decided or removed; at once if it is gone or decided already; at the latest after `ms`, or
   * when `signal` aborts. Another `asked` is no such change: it would tell which accounts exist.
   */
  changed(id: string, ms: number, signal?: AbortSignalLike): Promise<void>
  /** Adds one to a counter that lives `windowMs` from its first count, and returns it. */
  count(key: string, windowMs: number): Promise<number>
  /**
   * Sets a mark for `ms`, in one step. A mark that is set already is not prolonged.
   *
   * @returns true if it was not set
   */
  mark(key: string, ms: number): Promise<boolean>
  /** Returns true while a mark is set. */
  isMarked(key: string): Promise<boolean>
  /** Removes a mark. */
  unmark(key: string): Promise<void>
}
