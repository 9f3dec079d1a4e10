import { XmppBoshError } from '../../errors/error'
import type { Clock } from '../../time/clock'
import type { Notes } from '../chat/notes'
import type { Speech } from '../chat/speech'
import type { Person } from '../jids'
import { MAX_DRAWS } from '../limits'
import type { Reports } from '../reports'
import { newNumber } from '../secrets'
import type { ConfirmRecord, ConfirmStore } from '../store'
import { numbersIn } from './place'

/** Request that begins: all but what the limits and the store decide. */
export type Beginning = Omit<ConfirmRecord, 'number' | 'asked' | 'isAnswerable' | 'isDialog' | 'jid'>

/** Parts that the questions work with. */
export interface QuestionParts {
  readonly store: ConfirmStore
  readonly notes: Notes
  readonly speech: Speech
  readonly reports: Reports
  readonly clock: Clock
}

/** Start of requests: which of them are asked, and by which message. */
export class Questions {
  readonly #parts: QuestionParts

  constructor(parts: QuestionParts) {
    this.#parts = parts
  }

  /** Adds the request of a visitor that typed no JID. */
  begin(beginning: Beginning): Promise<ConfirmRecord> {
    return this.#add({ ...beginning, asked: 'not-asked', isAnswerable: false, isDialog: false })
  }

  /**
   * Adds the request of a visitor that typed a JID. The account is asked unless it waits already: one question stands for
   * all requests of one JID. Beyond the limits, only the code of the page works.
   */
  async ask(
    beginning: Beginning,
    person: Person,
    visitor: string | undefined,
    dialog: boolean,
  ): Promise<ConfirmRecord> {
    const { store, notes } = this.#parts
    const { jid } = person
    const [before] = await store.waitingFor(jid)
    const isAsked = before !== undefined || (await notes.mayAsk(person, visitor))
    const request = { ...beginning, jid }
    if (!isAsked) return this.#add({ ...request, asked: 'limited', isAnswerable: false, isDialog: false })
    const isDialog = dialog && before === undefined
    const record = await this.#add({ ...request, asked: before?.asked ?? 'sent', isAnswerable: true, isDialog })
    if (!record.isAnswerable) return record
    await notes.began(jid)
    const waiting = await store.waitingFor(jid)
    if (before !== undefined || waiting.length > 1) await notes.several(jid)
    if (before === undefined) this.#send(jid, record, waiting)
    return record
  }

  /** Draws a number until it is free, and adds the request. */
  async #add(request: Omit<ConfirmRecord, 'number'>): Promise<ConfirmRecord> {
    const { store } = this.#parts
    // A number that stands in the place could be answered for another reason than that the browser shows it.
    const drawn = new Set(numbersIn(request.place))
    for (let draw = 0; draw < MAX_DRAWS; draw++) {
      // Sent without a JID, a number of three digits is never the right answer to the request of another browser.
      const record = { ...request, number: newNumber(request.jid === undefined ? 3 : 2, drawn) }
      drawn.add(record.number)
      if (!record.isAnswerable && !(await this.#isOnlyShown(record))) continue
      const outcome = await store.add(record)
      if (outcome === 'full') throw new XmppBoshError('ERR_XMPP_BUSY', 'too many requests wait: raise `maxWaiting`')
      if (outcome === 'limited') break
      if (outcome === 'number-taken') continue
      if (!record.isAnswerable || !(await this.#parts.notes.isShown(record))) return record
      await store.take(record.id)
    }
    if (!request.isAnswerable) throw new XmppBoshError('ERR_XMPP_BUSY', 'no number is free')
    return this.#add({ ...request, asked: 'limited', isAnswerable: false, isDialog: false })
  }

  /**
   * Notes the number of a request that cannot be answered, and returns true if no answerable request of its JID has it: a
   * person who answers with it must not sign in another browser.
   */
  async #isOnlyShown(record: ConfirmRecord): Promise<boolean> {
    const { store, notes } = this.#parts
    if (record.jid === undefined) return true
    // Notes first and looks afterwards; an answerable request does it the other way round, so one sees the other.
    await notes.show(record)
    return (await store.waitingFor(record.jid)).every(({ number }) => number !== record.number)
  }

  /** Sends the question, unless another request that began at the same moment, here or elsewhere, sends it. */
  #send(jid: string, record: ConfirmRecord, waiting: readonly ConfirmRecord[]): void {
    const { speech, clock } = this.#parts
    if (waiting.some(other => isBefore(other, record))) return
    const isDialog = record.isDialog && waiting.length <= 1
    speech.question(jid, record, isDialog, clock.date()).catch(error => this.#notSent(jid, error))
  }

  /** One question stands for all requests of its JID: it reached none of them. */
  async #notSent(jid: string, error: unknown): Promise<void> {
    const { store, reports } = this.#parts
    reports.failed(error)
    try {
      for (const { id, asked } of await store.waitingFor(jid)) {
        if (asked === 'sent') await store.asked(id, 'unreachable')
      }
    } catch (fault) {
      reports.failed(fault)
    }
  }
}

function isBefore(one: ConfirmRecord, other: ConfirmRecord): boolean {
  return one.startedAt === other.startedAt ? one.id < other.id : one.startedAt < other.startedAt
}
