import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { ASK_MARGIN_MS, ASK_MS, MAX_VCARD_BYTES, MAX_XML_ELEMENTS } from '../limits'
import type { AccountSettings } from '../options/account-settings'
import type { RoleReaderLike, Room } from '../options/role-options'
import type { Settings } from '../options/settings'
import { questionsOf, rolesIn } from '../roles/room-questions'
import { RoomReports } from '../roles/room-reports'
import type { Question } from '../stanzas/question'
import { type Answers, type AskBounds, askAll, ROLE_BOUNDS } from '../stanzas/questions'
import type { Clock } from '../time/clock'
import { TimeoutSignal } from '../time/combined-signals'
import { type Signal, throwIfAborted } from '../time/light-signal'
import { untilAborted } from '../time/wait'
import { vcardIn, vcardQuestion } from '../vcard/vcard'
import type { Account } from './account'
import { establishSession } from './bind'

/**
 * Roles and vCard of accounts that have logged in, as options `roles` and `profile` ask for them. All that is asked on the
 * session of the login leaves in one body. Roles and vCards that cannot be read are left out, and fail no login but with
 * `requireRole`.
 */
export class AccountDetails {
  readonly #settings: AccountSettings
  readonly #domain: Domain
  readonly #clock: Clock
  readonly #rooms: readonly Room[]
  readonly #roomQuestions: readonly Question[]
  readonly #bounds: AskBounds
  readonly #reports = new RoomReports()

  constructor({ account, domain }: Pick<Settings, 'account' | 'domain'>, clock: Clock) {
    const { roles, hasProfile } = account
    this.#settings = account
    this.#domain = domain
    this.#clock = clock
    this.#rooms = roles && 'rooms' in roles ? roles.rooms : []
    this.#roomQuestions = questionsOf(this.#rooms)
    this.#bounds = boundsOf(this.#rooms.length > 0, hasProfile)
  }

  /** True if something is read of an account. */
  get isNeeded(): boolean {
    return this.#settings.roles !== undefined || this.#settings.hasProfile
  }

  /**
   * Reads roles and vCard within 2 s, and before the login's deadline, and returns the account with them.
   *
   * @param demandsSession the session has to be established before the server answers
   * @param deadlineAt time of the login's deadline, in ms of the clock
   * @param signal ends the login
   * @throws {XmppBoshError} `role-required` if the account does not have the required role, or it cannot be read
   */
  async read(
    account: Account,
    session: BoshSession,
    demandsSession: boolean,
    deadlineAt: number,
    signal: Signal,
  ): Promise<Account> {
    const { roles: from, hasProfile, requireRole } = this.#settings
    const ms = Math.min(ASK_MS, deadlineAt - ASK_MARGIN_MS - this.#clock.now())
    const deadline = new TimeoutSignal(this.#clock, Math.max(ms, 0), () => undefined, signal)
    if (ms <= 0) deadline.abort()
    const reader = from && 'reader' in from ? from.reader : undefined
    try {
      const [answers, rolesOfReader] = await Promise.all([
        this.#answersAbout(account, session, demandsSession, deadline),
        reader && rolesBy(reader, account.jid, deadline),
      ])
      throwIfAborted(signal)
      const roles = from && (rolesOfReader ?? this.#rolesIn(answers, account.jid))
      if (requireRole !== undefined && !roles?.includes(requireRole)) throw roleRequired()
      const vcard = hasProfile ? vcardIn(answers.at(-1)) : undefined
      return { ...account, ...(roles && { roles }), ...(vcard && { vcard }) }
    } finally {
      deadline.release()
    }
  }

  async #answersAbout(
    { username }: Account,
    session: BoshSession,
    demandsSession: boolean,
    signal: Signal,
  ): Promise<Answers> {
    const vcard = this.#settings.hasProfile ? [vcardQuestion(this.#domain, username)] : []
    // The vCard comes last: servers answer in order, and its photo can be large.
    const questions = [...this.#roomQuestions, ...vcard]
    if (demandsSession && questions.length > 0 && !(await this.#isEstablished(session, username, signal))) return []
    return askAll(session, questions, this.#bounds, signal)
  }

  /** Establishes the session. Returns false if the server refuses it, or does not answer in time. */
  async #isEstablished(session: BoshSession, username: string, signal: Signal): Promise<boolean> {
    if (signal.aborted) return false
    try {
      await establishSession(session, signal, this.#domain, username)
      return true
    } catch (reason) {
      if (signal.aborted || XmppBoshError.is(reason)) return false
      throw reason
    }
  }

  #rolesIn(answers: Answers, jid: string): readonly string[] {
    return rolesIn(this.#rooms, answers.slice(0, this.#roomQuestions.length), jid, this.#reports)
  }
}

function boundsOf(hasRooms: boolean, hasProfile: boolean): AskBounds {
  const { maxBytes, elements, limits } = ROLE_BOUNDS
  return {
    maxBytes: (hasRooms ? maxBytes : 0) + (hasProfile ? MAX_VCARD_BYTES : 0),
    elements: (hasRooms ? elements : 0) + (hasProfile ? MAX_XML_ELEMENTS : 0),
    limits,
  }
}

/** Asks a reader for the roles as they are now. A reader of the app's own may return anything: only texts are roles. */
async function rolesBy(reader: RoleReaderLike, jid: string, signal: Signal): Promise<readonly string[]> {
  try {
    const roles: unknown = await untilAborted(Promise.resolve(reader.of(jid, { maxAge: 0 })), signal)
    return Array.isArray(roles) ? roles.filter(role => typeof role === 'string') : []
  } catch {
    return []
  }
}

function roleRequired(): XmppBoshError {
  return new XmppBoshError(
    'role-required',
    'the password is right, but the account does not have the role of option `requireRole`, or the role could not be read',
  )
}
