import { assertKnown, assertObject, optionalInteger } from '../options/checks'
import { type Clock, quietClock } from '../time/clock'
import type { AbortSignalLike } from '../time/light-signal'
import { MAX_ANSWERABLE, MAX_NOTES, MAX_WAITING, MAX_WAITING_TOP } from './limits'
import { Expiring } from './memory/expiring'
import { Held } from './memory/held'
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
   * Number of requests that the store holds at a time, from 1 to 100000. Each takes less than 2 kB.
   *
   * @default 1000
   */
  maxWaiting?: number
}

const OPTION_NAMES: readonly (keyof MemoryConfirmStoreOptions)[] = ['maxWaiting']
/** Least time between two sweeps, in ms. */
const SWEEP_MS = 1_000

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
  readonly #clock: Clock
  readonly #maxWaiting: number
  readonly #records = new Expiring<ConfirmRecord>()
  /** ids by code and by JID: of requests that wait */
  readonly #byCode = new Map<string, string>()
  readonly #byJid = new Map<string, readonly string[]>()
  readonly #held: Held
  readonly #marks = new Expiring<true>()
  readonly #counts = new Expiring<number>()
  #sweepAt: number | undefined
  #cancelSweep: () => void = () => {}

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
  constructor(options?: MemoryConfirmStoreOptions)
  /** @internal */
  constructor(options?: MemoryConfirmStoreOptions, internals?: { readonly clock?: Clock })
  constructor(options: MemoryConfirmStoreOptions = {}, { clock = quietClock }: { readonly clock?: Clock } = {}) {
    assertObject(options, 'options')
    assertKnown(options, OPTION_NAMES)
    this.#maxWaiting = optionalInteger(options, 'maxWaiting', 1, MAX_WAITING_TOP) ?? MAX_WAITING
    this.#clock = clock
    this.#held = new Held(clock)
  }

  /** Adds a request: {@link ConfirmStore.add}. */
  async add(record: ConfirmRecord): Promise<'added' | 'number-taken' | 'limited' | 'full'> {
    this.#sweep()
    if (this.#records.size >= this.#maxWaiting) return 'full'
    if (record.jid !== undefined && record.isAnswerable) {
      const others = this.#waitingFor(record.jid)
      if (others.length >= MAX_ANSWERABLE) return 'limited'
      if (others.some(({ number }) => number === record.number)) return 'number-taken'
    }
    this.#records.set(record.id, record, record.expiresAt - record.startedAt, record.expiresAt)
    this.#index(record)
    this.#sweepLater()
    return 'added'
  }

  /** Returns a request: {@link ConfirmStore.get}. */
  async get(id: string): Promise<ConfirmRecord | undefined> {
    return this.#get(id)
  }

  /** Returns the answerable requests of a JID that wait: {@link ConfirmStore.waitingFor}. */
  async waitingFor(jid: string): Promise<readonly ConfirmRecord[]> {
    return this.#waitingFor(jid)
  }

  /** Returns the request that has this code: {@link ConfirmStore.byCode}. */
  async byCode(code: string): Promise<ConfirmRecord | undefined> {
    const id = this.#byCode.get(code)
    return id === undefined ? undefined : this.#get(id)
  }

  /** Makes a request answerable by the JID that sent its code: {@link ConfirmStore.bind}. */
  async bind(id: string, jid: string): Promise<boolean> {
    const record = this.#waiting(id)
    if (record === undefined || (record.jid !== undefined && record.jid !== jid)) return false
    this.#replace({ ...record, jid, isAnswerable: true })
    return true
  }

  /** Sets `asked` of a request that waits: {@link ConfirmStore.asked}. */
  async asked(id: string, asked: AskedState): Promise<void> {
    const record = this.#waiting(id)
    if (record === undefined || record.asked === asked) return
    this.#replace({ ...record, asked })
  }

  /** Decides a request that waits: {@link ConfirmStore.decide}. */
  async decide(id: string, { state, way }: ConfirmDecision): Promise<boolean> {
    const record = this.#waiting(id)
    if (record === undefined) return false
    this.#replace({ ...record, state, ...(way !== undefined && { way }) })
    this.#held.release(id)
    return true
  }

  /** Removes a request and returns it: {@link ConfirmStore.take}. */
  async take(id: string): Promise<ConfirmRecord | undefined> {
    const record = this.#get(id)
    if (record === undefined) return undefined
    this.#records.delete(id)
    this.#gone(record)
    this.#sweepLater()
    return record
  }

  /** Resolves when a request is decided or removed: {@link ConfirmStore.changed}. */
  changed(id: string, ms: number, signal?: AbortSignalLike): Promise<void> {
    const record = this.#waiting(id)
    if (record === undefined || signal?.aborted || !(ms > 0)) return Promise.resolve()
    return this.#held.hold(id, Math.min(ms, record.expiresAt - this.#clock.date()), signal)
  }

  /** Adds one to a counter: {@link ConfirmStore.count}. */
  async count(key: string, windowMs: number): Promise<number> {
    const now = this.#clock.date()
    const counted = this.#counts.get(key, now)
    if (counted === undefined) this.#note(this.#counts, key, 1, windowMs)
    else this.#counts.replace(key, counted + 1)
    return (counted ?? 0) + 1
  }

  /** Sets a mark: {@link ConfirmStore.mark}. */
  async mark(key: string, ms: number): Promise<boolean> {
    if (this.#marks.get(key, this.#clock.date())) return false
    this.#note(this.#marks, key, true, ms)
    return true
  }

  /** Tells whether a mark is set: {@link ConfirmStore.isMarked}. */
  async isMarked(key: string): Promise<boolean> {
    return this.#marks.get(key, this.#clock.date()) ?? false
  }

  /** Removes a mark: {@link ConfirmStore.unmark}. */
  async unmark(key: string): Promise<void> {
    this.#marks.delete(key)
    this.#sweepLater()
  }

  #get(id: string): ConfirmRecord | undefined {
    return this.#records.get(id, this.#clock.date())
  }

  #waiting(id: string): ConfirmRecord | undefined {
    const record = this.#get(id)
    return record?.state === 'waiting' ? record : undefined
  }

  #waitingFor(jid: string): ConfirmRecord[] {
    return (this.#byJid.get(jid) ?? []).flatMap(id => this.#waiting(id) ?? [])
  }

  #note<V>(notes: Expiring<V>, key: string, value: V, ms: number): void {
    this.#sweep()
    if (notes.size >= MAX_NOTES) notes.evict()
    notes.set(key, value, ms, this.#clock.date() + ms)
    this.#sweepLater()
  }

  #replace(record: ConfirmRecord): void {
    this.#unindex(record.id)
    this.#records.replace(record.id, record)
    this.#index(record)
  }

  #index({ id, jid, code, state, isAnswerable }: ConfirmRecord): void {
    if (state !== 'waiting') return
    if (code !== '') this.#byCode.set(code, id)
    // A spread would leave room for 16 more.
    if (jid !== undefined && isAnswerable) this.#byJid.set(jid, (this.#byJid.get(jid) ?? []).concat(id))
  }

  #unindex(id: string, record = this.#get(id)): void {
    if (record === undefined) return
    if (this.#byCode.get(record.code) === id) this.#byCode.delete(record.code)
    const { jid } = record
    if (jid === undefined) return
    const others = (this.#byJid.get(jid) ?? []).filter(other => other !== id)
    if (others.length > 0) this.#byJid.set(jid, others)
    else this.#byJid.delete(jid)
  }

  #gone(record: ConfirmRecord): void {
    this.#unindex(record.id, record)
    this.#held.release(record.id)
  }

  #sweep(): void {
    const now = this.#clock.date()
    for (const [, record] of this.#records.sweep(now)) this.#gone(record)
    this.#marks.sweep(now)
    this.#counts.sweep(now)
  }

  /** Sets the one timer, unless the store is empty: records hold numbers and codes, and are not kept beyond their end. */
  #sweepLater(): void {
    const ends = [this.#records.nextEnd, this.#marks.nextEnd, this.#counts.nextEnd].filter(end => end !== undefined)
    const at = Math.max(Math.min(...ends), this.#clock.date() + SWEEP_MS)
    if (ends.length > 0 && this.#sweepAt !== undefined && this.#sweepAt <= at) return
    this.#cancelSweep()
    this.#sweepAt = undefined
    if (ends.length === 0) return
    this.#sweepAt = at
    this.#cancelSweep = this.#clock.after(at - this.#clock.date(), () => {
      this.#sweepAt = undefined
      this.#sweep()
      this.#sweepLater()
    })
  }
}
