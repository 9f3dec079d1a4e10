import type { Store as RateLimitStore } from 'express-rate-limit'
import type { Store as SessionStore } from 'express-session'
import type { ConfirmStore } from 'passport-xmpp-bosh'
import type { AccountSessions } from './account-sessions/account-sessions'
import type { Cards } from './cards/cards'
import type { Outcomes } from './outcomes'
import type { Revocations } from './revocations'

/** Everything the app remembers. In one place, so that several processes can share it. */
export interface Stores {
  readonly sessions: SessionStore
  readonly accountSessions: AccountSessions
  /** names and pictures of signed-in visitors */
  readonly cards: Cards
  readonly revocations: Revocations
  readonly outcomes: Outcomes
  /** requests to sign in without a password */
  readonly confirmations: ConfirmStore
  /** Returns the counters of one kind of attempt. */
  rateLimit(name: string): RateLimitStore
  /** Counts the signed-in sessions; `undefined`: the store cannot tell without reading all of them. */
  readonly countSessions: (() => Promise<number>) | undefined
  /** Resolves to false if the app cannot serve requests at the moment. */
  isReady(): Promise<boolean>
  close(): Promise<void>
}
