import { prepareLocalpart } from '../../jid'
import type { Node } from '../../xml/write'
import type { KeptMessage } from '../routing/offline'

const MAX_ENTRIES = 1_000

/** Data that clients store with one account. */
export class AccountData {
  /** items of the roster, by JID */
  readonly roster = new Map<string, Node>()
  /** elements of private storage, by `{namespace}name` */
  readonly storage = new Map<string, Node>()
  vCard: Node | undefined
  /** messages that wait for the account's next presence */
  #messages: KeptMessage[] = []

  /** Stores an entry. Returns false if there is no room for it. */
  put(kind: 'roster' | 'storage', key: string, value: Node): boolean {
    const entries = this[kind]
    if (entries.size >= MAX_ENTRIES && !entries.has(key)) return false
    entries.set(key, value)
    return true
  }

  /** Keeps a message for later. The oldest ones are dropped when there are too many. */
  keep(message: KeptMessage): void {
    this.#messages.push(message)
    if (this.#messages.length > MAX_ENTRIES) this.#messages.shift()
  }

  /** Returns the kept messages, and forgets them. */
  takeMessages(): readonly Node[] {
    const now = Date.now()
    const messages = this.#messages.filter(({ until }) => until > now)
    this.#messages = []
    return messages.map(({ message }) => message)
  }
}

/** Data of all accounts. */
export class AccountStore {
  readonly #data = new Map<string, AccountData>()

  /** Returns the data of an account, by its user name in any spelling. */
  of(username: string): AccountData {
    const name = prepareLocalpart(username) ?? username
    const data = this.#data.get(name) ?? new AccountData()
    this.#data.set(name, data)
    return data
  }

  clear(): void {
    this.#data.clear()
  }
}
