import type { BareJid } from '../../jid'
import type { AccountLike } from '../../service-account/account-like'
import type { Element } from '../../xml/read'
import type { Person } from '../jids'
import { MAX_ANSWERS, MAX_ANSWERS_OF_DOMAIN, MAX_ANSWERS_OF_SENDER } from '../limits'
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
  /** messages that are worked on or wait for it, by domain */
  readonly #domains = new Map<string, number>()
  /** those of other domains together: the own domain does not stand behind them */
  #strange = 0

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
    if (given === undefined || !this.#hasRoom(given.sender)) return
    const { jid } = given.sender
    const sender = this.#senders.get(jid) ?? { last: Promise.resolve(), count: 0 }
    if (sender.count >= MAX_ANSWERS_OF_SENDER) return
    this.#senders.set(jid, sender)
    sender.count++
    this.#add(given.sender, 1)
    sender.last = sender.last.then(() => this.#work(given)).then(() => this.#end(given.sender, sender))
  }

  #hasRoom({ domain, isOwn }: Person): boolean {
    const count = this.#domains.get(domain) ?? 0
    return isOwn ? count < MAX_ANSWERS : count < MAX_ANSWERS_OF_DOMAIN && this.#strange < MAX_ANSWERS
  }

  #add({ domain, isOwn }: Person, change: 1 | -1): void {
    const count = (this.#domains.get(domain) ?? 0) + change
    if (count > 0) this.#domains.set(domain, count)
    else this.#domains.delete(domain)
    if (!isOwn) this.#strange += change
  }

  async #work(given: Heard): Promise<void> {
    try {
      await this.#act(given)
    } catch (error) {
      this.#reports.failed(error)
    }
  }

  #end(person: Person, sender: Sender): void {
    this.#add(person, -1)
    sender.count--
    if (sender.count === 0) this.#senders.delete(person.jid)
  }
}
