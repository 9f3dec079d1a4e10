import type { BareJid } from '../../jid'
import type { AccountLike } from '../../service-account/account-like'
import type { Element } from '../../xml/read'
import { MAX_ANSWERS, MAX_ANSWERS_OF_SENDER } from '../limits'
import type { Reports } from '../reports'
import { type Heard, heard } from './said'

/** Messages of one sender: the last that is worked on, and how many there are. */
interface Sender {
  last: Promise<void>
  count: number
}

/**
 * Messages to the service account that may be answers. Those of one sender are worked on in their order, one after the
 * other: a "no" before a number is a "no".
 */
export class Inbox {
  readonly #senders = new Map<string, Sender>()
  readonly #act: (heard: Heard) => Promise<void>
  readonly #reports: Reports
  readonly #bot: BareJid
  readonly #stopListening: () => void
  #count = 0

  constructor(account: AccountLike, bot: BareJid, act: (heard: Heard) => Promise<void>, reports: Reports) {
    this.#act = act
    this.#bot = bot
    this.#reports = reports
    this.#stopListening = account.onMessage(message => this.#take(message))
  }

  /** Takes no further message, and resolves when all that arrived are worked on. */
  async close(): Promise<void> {
    this.#stopListening()
    await Promise.all([...this.#senders.values()].map(({ last }) => last))
  }

  #take(message: Element): void {
    const given = heard(message, this.#bot)
    if (given === undefined || this.#count >= MAX_ANSWERS) return
    const { jid } = given.sender
    const sender = this.#senders.get(jid) ?? { last: Promise.resolve(), count: 0 }
    if (sender.count >= MAX_ANSWERS_OF_SENDER) return
    this.#senders.set(jid, sender)
    this.#count++
    sender.count++
    sender.last = sender.last.then(() => this.#work(given)).then(() => this.#end(jid, sender))
  }

  async #work(given: Heard): Promise<void> {
    try {
      await this.#act(given)
    } catch (error) {
      this.#reports.failed(error)
    }
  }

  #end(jid: string, sender: Sender): void {
    this.#count--
    sender.count--
    if (sender.count === 0) this.#senders.delete(jid)
  }
}
