/**
 * A fault of a session that stands: that is bound and has the server hold a request, as a service account and a chat client
 * have.
 *
 * @example
 * ```ts
 * import type { StandingFault, StandingReply } from 'passport-xmpp-bosh/testing'
 *
 * const replaced: StandingReply = 'conflict'
 * const fault: StandingFault = { on: 'standing', reply: replaced }
 * ```
 */
export type StandingReply =
  /** ends the session as if another one had bound its resource */
  | 'conflict'
  /** ends the session as an unknown one, as after a restart of the server */
  | 'item-not-found'
  /** resets the connection of the held request; the session goes on */
  | 'reset'
  /** ends the session as ejabberd does when it stops */
  | 'system-shutdown'
  /** the next request beside a held one is stuck until there is a stanza for the client, as on ejabberd when it comes first */
  | 'park'
  /** the next message for the session is lost */
  | 'lose-next'
  /** the next message for the session comes twice */
  | 'give-twice'

/**
 * A fault of a session that stands. It happens at once if there is such a session, and otherwise to the next one.
 *
 * @example
 * ```ts
 * import { type StandingFault, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const fault: StandingFault = { on: 'standing', reply: 'lose-next', account: 'login' }
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { login: 'secret' } })
 * xmpp.fault(fault)
 * await xmpp.close()
 * ```
 */
export interface StandingFault {
  /** the session, rather than a step of the protocol */
  readonly on: 'standing'
  /** what happens to the session */
  readonly reply: StandingReply
  /**
   * user name of the account whose session it happens to, as {@link SessionView} shows it
   *
   * @default any account
   */
  readonly account?: string
  /**
   * number of times that the fault happens
   *
   * @default 1
   */
  readonly times?: number
}

/** What can happen to a session, by the moment: when a request is held, when another one comes, when it gets a message. */
export type StandingMoment = 'held' | 'request' | 'message'

const MOMENTS: Readonly<Record<StandingReply, StandingMoment>> = {
  conflict: 'held',
  'item-not-found': 'held',
  reset: 'held',
  'system-shutdown': 'held',
  park: 'request',
  'lose-next': 'message',
  'give-twice': 'message',
}

/** Returns true for a reply that the test server knows. */
export function isStandingReply(reply: unknown): boolean {
  return typeof reply === 'string' && Object.hasOwn(MOMENTS, reply)
}

/** Returns true if the fault happens to a session of this account at this moment. */
export function strikes({ reply, account }: StandingFault, moment: StandingMoment, username: string): boolean {
  return MOMENTS[reply] === moment && (account === undefined || account === username)
}
