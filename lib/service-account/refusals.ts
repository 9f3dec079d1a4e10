import { XmppBoshError } from '../errors/error'
import { isRefusal, type XmppBoshErrorCode } from '../errors/statuses'
import { CONFLICT_WINDOW_MS, MAX_CONFLICTS, MAX_SETUP_FAULTS } from '../limits'

/** Codes of faults in the configuration. A server that is starting may show them, too. */
const SETUP_FAULTS: ReadonlySet<XmppBoshErrorCode> = new Set([
  'ERR_XMPP_DOMAIN',
  'ERR_XMPP_MECHANISM',
  'ERR_XMPP_IDENTITY',
  'ERR_XMPP_SERVER_PROOF',
])

/** Judgement of the ends of logins and sessions: the account is refused, or the server only out of reach. */
export class Refusals {
  readonly #jid: string
  #conflicts: number[] = []
  #setupFault: XmppBoshErrorCode | undefined
  #setupFaults = 0

  constructor(jid: string) {
    this.#jid = jid
  }

  /** Returns the error of an account that is refused, or of a wrong configuration; `undefined` for an outage. */
  inLogin(reason: XmppBoshError): XmppBoshError | undefined {
    const { code } = reason
    if (code === 'ERR_XMPP_ACCOUNT') return reason
    if (isRefusal(code)) {
      return this.#refused(`the server refuses the login (${code}); ${ADVICE.get(code) ?? ADVICE_OTHERWISE}`, reason)
    }
    this.#setupFaults = code === this.#setupFault ? this.#setupFaults + 1 : 1
    this.#setupFault = SETUP_FAULTS.has(code) ? code : undefined
    return this.#setupFault && this.#setupFaults >= MAX_SETUP_FAULTS ? reason : undefined
  }

  /** Notes a login that succeeded. */
  loggedIn(): void {
    this.#setupFault = undefined
  }

  /**
   * Returns the error if the end of a session, at `now` ms of the clock, is one `conflict` too many; `undefined` for any
   * other end.
   */
  inSession(reason: XmppBoshError, now: number): XmppBoshError | undefined {
    if (reason.condition !== 'conflict') return undefined
    this.#conflicts = [...this.#conflicts.filter(at => now - at < CONFLICT_WINDOW_MS), now]
    if (this.#conflicts.length < MAX_CONFLICTS) return undefined
    this.#conflicts = []
    return this.#refused(
      `the server ended ${MAX_CONFLICTS} sessions within a minute by \`conflict\`: more programs log in with this account than the server allows it sessions (ejabberd: raise \`max_user_sessions\` in \`shaper_rules\`), or the account is removed`,
      reason,
    )
  }

  #refused(text: string, cause: XmppBoshError): XmppBoshError {
    const { condition } = cause
    const details = condition === undefined ? { cause } : { cause, condition }
    return new XmppBoshError('ERR_XMPP_ACCOUNT', `service account ${this.#jid}: ${text}`, details)
  }
}

const ADVICE_OTHERWISE = 'correct options `username` and `password`, or set the password of the account on the server'
const ADVICE: ReadonlyMap<XmppBoshErrorCode, string> = new Map([
  ['account-disabled', 'enable the account on the server'],
  ['credentials-expired', 'set a new password for the account on the server, and change option `password`'],
  ['not-allowed', 'allow the account to log in: an access rule of the server denies it'],
])
