import type { LRUCache } from 'lru-cache'
import { type AdapterPayload, grantOf, MODELS, type Model } from '../models'
import { GrantEnded, UsedBefore } from '../refusals'
import { boundedMap } from './bounded'
import { MemoryIndex } from './memory-index'

interface Entry {
  /** JSON, so that a payload which the provider changes afterwards does not change here */
  readonly json: string
  readonly accountId: string | undefined
  readonly grantId: string | undefined
  readonly uid: string | undefined
  /** seconds since 1970 */
  consumed?: number
}

/** ms. An id that ended is refused for longer than any request lasts that may still save it. */
export const ENDED_MS = 15 * 60 * 1_000
const MAX_ENDED = 20_000

/** The entries of all models in this process, with their indexes. */
export class MemoryEntries {
  readonly #models: Readonly<Record<Model, LRUCache<string, Entry>>>
  readonly #ended = boundedMap<object>(MAX_ENDED)
  /** `Model:id` of codes and tokens, by grant */
  readonly #members = new MemoryIndex()
  /** session ids, by uid */
  readonly #uids = new Map<string, string>()
  readonly #sessions = new MemoryIndex()
  readonly #grants = new MemoryIndex()

  constructor(bounds: Readonly<Record<Model, number>> = MODELS) {
    const open = ([model, max]: [string, number]) => [
      model,
      boundedMap<Entry>(max, (entry, id) => this.#unindex(model as Model, id, entry)),
    ]
    this.#models = Object.fromEntries(Object.entries(bounds).map(open))
  }

  upsert(model: Model, id: string, payload: AdapterPayload, ms: number): void {
    if (this.#ended.has(`${model}:${id}`) || (payload.uid && this.#ended.has(`uid:${payload.uid}`))) return
    const grantId = grantOf(model, payload)
    if (grantId !== undefined && !this.#models.Grant.has(grantId)) throw new GrantEnded(model)
    const entry: Entry = {
      json: JSON.stringify(payload),
      accountId: payload.accountId,
      grantId,
      uid: model === 'Session' ? payload.uid : undefined,
    }
    const before = this.#models[model].get(id)
    if (before) this.#unindex(model, id, before, false)
    this.#index(model, id, entry)
    this.#models[model].set(id, entry, { ttl: ms })
  }

  find(model: Model, id: string): AdapterPayload | undefined {
    const entry = this.#models[model].get(id)
    if (!entry) return undefined
    return { ...JSON.parse(entry.json), ...(entry.consumed !== undefined && { consumed: entry.consumed }) }
  }

  findByUid(uid: string): AdapterPayload | undefined {
    const id = this.#uids.get(uid)
    return id === undefined ? undefined : this.find('Session', id)
  }

  consume(model: Model, id: string, seconds: number): void {
    const entry = this.#models[model].get(id)
    if (entry && entry.consumed === undefined) {
      entry.consumed = seconds
      return
    }
    if (entry?.grantId !== undefined) this.destroy('Grant', entry.grantId)
    throw new UsedBefore(model)
  }

  destroy(model: Model, id: string): void {
    if (model === 'Session' || model === 'Grant') this.#ended.set(`${model}:${id}`, {}, { ttl: ENDED_MS })
    this.#models[model].delete(id)
  }

  endSession(uid: string): void {
    this.#ended.set(`uid:${uid}`, {}, { ttl: ENDED_MS })
    const id = this.#uids.get(uid)
    if (id !== undefined) this.destroy('Session', id)
  }

  revokeByGrantId(grantId: string): void {
    for (const member of this.#members.of(grantId)) {
      const at = member.indexOf(':')
      this.#models[member.slice(0, at) as Model].delete(member.slice(at + 1))
    }
  }

  ofAccount(accountId: string): { sessions: string[]; grants: string[] } {
    return {
      sessions: this.#sessions.of(accountId).filter(uid => this.findByUid(uid) !== undefined),
      grants: this.#grants.of(accountId).filter(id => this.#models.Grant.has(id)),
    }
  }

  clear(): void {
    for (const entries of Object.values(this.#models)) entries.clear()
  }

  #index(model: Model, id: string, { accountId, grantId, uid }: Entry): void {
    if (grantId !== undefined) this.#members.add(grantId, `${model}:${id}`)
    if (uid !== undefined) this.#uids.set(uid, id)
    if (accountId === undefined) return
    if (uid !== undefined) this.#sessions.add(accountId, uid)
    if (model === 'Grant') this.#grants.add(accountId, id)
  }

  /** @param isGone false if another payload takes the place of the entry */
  #unindex(model: Model, id: string, { accountId, grantId, uid }: Entry, isGone = true): void {
    if (grantId !== undefined) this.#members.delete(grantId, `${model}:${id}`)
    if (accountId !== undefined && model === 'Grant') this.#grants.delete(accountId, id)
    // A session that got a new id is indexed under it already.
    if (uid !== undefined && this.#uids.get(uid) === id) {
      this.#uids.delete(uid)
      if (accountId !== undefined) this.#sessions.delete(accountId, uid)
    }
    if (model === 'Grant' && isGone) this.revokeByGrantId(id)
  }
}
