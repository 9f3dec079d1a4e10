import type { Accounts } from './accounts'
import type { Users } from './clients/users'
import type { Fault } from './faults/fault'
import type { StandingFault } from './faults/standing'
import type { RequestView } from './protocol/request'
import type { TestMechanism } from './protocol/sasl'
import type { Rooms } from './rooms/rooms'
import type { CaptchaView } from './services/registration'
import type { VCards } from './services/vcards'

/**
 * A session that the server holds.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { Authenticator } from 'passport-xmpp-bosh'
 * import { type SessionView, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
 * const authenticator = new Authenticator({ service: xmpp.url, domain: 'localhost' })
 * await authenticator.authenticate({ username: 'alice', password: 'secret' })
 * await authenticator.close()
 * const left: readonly SessionView[] = xmpp.sessions
 *
 * assert.deepEqual(left, [])
 * await xmpp.close()
 * ```
 */
export interface SessionView {
  /** id of the session (XEP-0124 §7.2) */
  readonly sid: string
  /** account that logged in, or `undefined` before the login */
  readonly username: string | undefined
  /** mechanism of the login, or `undefined` before it */
  readonly mechanism: TestMechanism | undefined
  /** full JID that was bound, or `undefined` before the bind */
  readonly jid: string | undefined
}

/**
 * A test server as a test sees it, with a port or without.
 *
 * @example
 * ```ts
 * import { startBoshServer, type TestServer } from 'passport-xmpp-bosh/testing'
 * import { mockBosh } from 'passport-xmpp-bosh/testing/nock'
 *
 * const logInFails = (server: TestServer) => server.fault({ on: 'auth', reply: 'not-authorized' })
 *
 * const xmpp = await startBoshServer({ domain: 'localhost' })
 * const mock = mockBosh('https://xmpp.example.com/bosh', { domain: 'example.com' })
 * logInFails(xmpp)
 * logInFails(mock)
 * mock.close()
 * await xmpp.close()
 * ```
 */
export interface TestServer {
  /** accounts that can log in; a test can change them at any time */
  readonly accounts: Accounts
  /** users that the server plays, with their chat clients */
  readonly users: Users
  /** chat rooms; a test can change them at any time */
  readonly rooms: Rooms
  /** vCards of the accounts; a test can change them at any time */
  readonly vcards: VCards
  /** sessions that the server holds now */
  readonly sessions: readonly SessionView[]
  /** captchas that are not answered yet, the newest last */
  readonly captchas: readonly CaptchaView[]
  /** requests so far, at most the last 1,000; their bodies hold the text that the client sent, passwords included */
  readonly requests: readonly RequestView[]
  /**
   * Adds a fault of a step, or of a session that stands. Faults of one step happen in the order they were added.
   *
   * @throws {TypeError} the fault is invalid; the message names the field
   */
  fault(fault: Fault | StandingFault): void
  /** Restores the state after the start: the first accounts, rooms and vCards, without users, sessions, requests, captchas or faults. */
  reset(): void
}
