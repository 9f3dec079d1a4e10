import type { AbortSignalLike } from '../time/light-signal'
import type { AskedState, ConfirmDecision, ConfirmRecord, ConfirmStore } from './store'

/**
 * Options of {@link MemoryConfirmStore}.
 *
 * @example
 * ```ts
 * import { MemoryConfirmStore, type MemoryConfirmStoreOptions } from 'passport-xmpp-bosh'
 *
 * const options: MemoryConfirmStoreOptions = { maxWaiting: 200 }
 * const store = new MemoryConfirmStore(options)
 * ```
 */
export interface MemoryConfirmStoreOptions {
  /**
   * Number of requests that wait at a time, from 1 to 100000.
   *
   * @default 1000
   */
  maxWaiting?: number
}

/**
 * {@link ConfirmStore} in the memory of one process.
 *
 * @example
 * ```ts
 * import { MemoryConfirmStore } from 'passport-xmpp-bosh'
 *
 * const store = new MemoryConfirmStore({ maxWaiting: 200 })
 * console.log(await store.get('unknown')) // undefined
 * ```
 */
export class MemoryConfirmStore implements ConfirmStore {
  /**
   * Creates an empty store. It keeps no process alive.
   *
   * @throws {TypeError} names the unknown or invalid option
   * @example
   * ```ts
   * import { MemoryConfirmStore } from 'passport-xmpp-bosh'
   *
   * const store = new MemoryConfirmStore()
   * ```
   */
  constructor(_options: MemoryConfirmStoreOptions = {}) {}
  async add(_record: ConfirmRecord): Promise<'added' | 'number-taken' | 'limited' | 'full'> {
    return 'full'
  }
  async get(_id: string): Promise<ConfirmRecord | undefined> {
    return undefined
  }
  async waitingFor(_jid: string): Promise<readonly ConfirmRecord[]> {
    return []
  }
  async byCode(_code: string): Promise<ConfirmRecord | undefined> {
    return undefined
  }
  async bind(_id: string, _jid: string): Promise<boolean> {
    return false
  }
  async asked(_id: string, _asked: AskedState): Promise<void> {}
  async decide(_id: string, _decision: ConfirmDecision): Promise<boolean> {
    return false
  }
  async take(_id: string): Promise<ConfirmRecord | undefined> {
    return undefined
  }
  async changed(_id: string, _ms: number, _signal?: AbortSignalLike): Promise<void> {}
  async count(_key: string, _windowMs: number): Promise<number> {
    return 1
  }
  async mark(_key: string, _ms: number): Promise<boolean> {
    return true
  }
  async isMarked(_key: string): Promise<boolean> {
    return false
  }
  async unmark(_key: string): Promise<void> {}
}
