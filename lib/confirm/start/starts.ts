import { XmppBoshError } from '../../errors/error'
import { assertObject, optionalBoolean } from '../../options/checks'
import { shareKeyOf } from '../../sessions/share-key'
import { TimeoutSignal } from '../../time/combined-signals'
import { type Person, typedPerson } from '../jids'
import { languageOf } from '../language'
import { ACCOUNT_WAIT_MS } from '../limits'
import type { ConfirmVisitor } from '../options'
import { newCode, newId } from '../secrets'
import type { ConfirmSettings } from '../settings'
import type { ConfirmRecord } from '../store'
import { placeOf } from './place'
import { type Beginning, type QuestionParts, Questions } from './questions'
import { Visitors } from './visitors'

/** Parts that the starts work with. */
export interface StartParts extends QuestionParts {
  readonly settings: ConfirmSettings
}

/** Starts of requests: the visitor and the typed JID are checked, and the service account is online. */
export class Starts {
  readonly #parts: StartParts
  readonly #questions: Questions
  readonly #visitors: Visitors

  constructor(parts: StartParts) {
    this.#parts = parts
    this.#questions = new Questions(parts)
    this.#visitors = new Visitors(parts.store)
  }

  /** Starts a request: {@link Confirmations.start}. */
  async start(jid: unknown, visitor: ConfirmVisitor): Promise<ConfirmRecord> {
    const { settings, reports } = this.#parts
    assertObject(visitor, '`visitor`')
    const dialog = optionalBoolean(visitor, 'dialog') ?? settings.dialog
    const person = await this.#personOf(jid)
    await this.#online()
    const key = visitor.key === undefined ? '' : shareKeyOf({ key: visitor.key })
    const beginning = this.#beginningOf(visitor)
    const { id, startedAt } = beginning
    if (key !== '') await this.#visitors.add(key, id, settings.lifetime, startedAt)
    try {
      const record = await (person === undefined
        ? this.#questions.begin(beginning)
        : this.#questions.ask(beginning, person, key === '' ? undefined : key, dialog))
      this.#visitors.stored(id)
      reports.started(record)
      return record
    } catch (error) {
      this.#visitors.drop(id)
      throw error
    }
  }

  /** Notes that a request no longer waits for its visitor. */
  ended(id: string): void {
    this.#visitors.drop(id)
  }

  async #personOf(jid: unknown): Promise<Person | undefined> {
    const { bot, code, isAllowed } = this.#parts.settings
    const typed = typeof jid === 'string' ? jid : ''
    if (typed.trim() === '') {
      if (code === false) throw new XmppBoshError('missing-jid', 'the request has no JID')
      return undefined
    }
    const person = typedPerson(typed, bot)
    if (person === undefined) throw new XmppBoshError('malformed-jid', 'the text is not the JID of an account')
    if (!(await isAllowed(person))) throw new XmppBoshError('domain-not-allowed', 'option `allow` refuses the account')
    return person
  }

  /** Waits until the service account is online. */
  async #online(): Promise<void> {
    const { account } = this.#parts.settings
    if (account.state === 'online') return
    const deadline = new TimeoutSignal(this.#parts.clock, ACCOUNT_WAIT_MS, () => undefined)
    try {
      await account.ready(deadline)
    } catch (error) {
      if (!deadline.aborted) throw error
      throw new XmppBoshError('ERR_XMPP_UNAVAILABLE', 'the service account is not online', { cause: error })
    } finally {
      deadline.release()
    }
  }

  #beginningOf({ place, language }: ConfirmVisitor): Beginning {
    const from = typeof place === 'string' ? placeOf(place) : undefined
    const tag = languageOf(language)
    const startedAt = this.#parts.clock.date()
    return {
      id: newId(),
      code: this.#parts.settings.code === false ? '' : newCode(),
      nonce: newId(),
      state: 'waiting',
      ...(from !== undefined && { place: from }),
      ...(tag !== undefined && { language: tag }),
      startedAt,
      expiresAt: startedAt + this.#parts.settings.lifetime,
    }
  }
}
