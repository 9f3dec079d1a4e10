import { XmppBoshError } from '../../errors/error'
import { MAX_WAITING_OF_VISITOR } from '../limits'
import { Expiring } from '../memory/expiring'
import type { ConfirmStore } from '../store'

/** Requests of each visitor that wait: at most {@link MAX_WAITING_OF_VISITOR} of one. */
export class Visitors {
  readonly #store: ConfirmStore
  /** ids by visitor */
  readonly #ids = new Map<string, readonly string[]>()
  readonly #keys = new Expiring<string>()
  /** ids of requests that are not in the store yet */
  readonly #starting = new Set<string>()

  constructor(store: ConfirmStore) {
    this.#store = store
  }

  /**
   * Counts a request of a visitor, until {@link drop} or its end.
   *
   * @throws {XmppBoshError} ERR_XMPP_BUSY if the visitor has too many
   */
  async add(key: string, id: string, lifetime: number, now: number): Promise<void> {
    for (const [over, visitor] of this.#keys.sweep(now)) this.#forget(over, visitor)
    if (this.#sizeOf(key) >= MAX_WAITING_OF_VISITOR) await this.#dropEnded(key)
    if (this.#sizeOf(key) >= MAX_WAITING_OF_VISITOR) {
      throw new XmppBoshError('ERR_XMPP_BUSY', 'too many requests of one visitor wait')
    }
    // A spread would leave room for 16 more.
    this.#ids.set(key, (this.#ids.get(key) ?? []).concat(id))
    this.#starting.add(id)
    this.#keys.set(id, key, lifetime, now + lifetime)
  }

  /** Notes that the request stands in the store. */
  stored(id: string): void {
    this.#starting.delete(id)
  }

  drop(id: string): void {
    const key = this.#keys.get(id, Number.NEGATIVE_INFINITY)
    this.#keys.delete(id)
    if (key !== undefined) this.#forget(id, key)
  }

  #sizeOf(key: string): number {
    return this.#ids.get(key)?.length ?? 0
  }

  #forget(id: string, key: string): void {
    this.#starting.delete(id)
    const others = (this.#ids.get(key) ?? []).filter(other => other !== id)
    if (others.length > 0) this.#ids.set(key, others)
    else this.#ids.delete(key)
  }

  /** Drops the requests that another process ended. */
  async #dropEnded(key: string): Promise<void> {
    for (const id of this.#ids.get(key) ?? []) {
      if (this.#starting.has(id)) continue
      const record = await this.#store.get(id)
      if (record?.state !== 'waiting') this.drop(id)
    }
  }
}
