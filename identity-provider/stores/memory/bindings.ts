import { type Bindings, MAX_BOUND } from '../provider-store'
import { boundedMap } from './bounded'

const MAX_BINDINGS = 10_000

/** Opens the bindings in this process. @param end ends a provider session */
export function memoryBindings(end: (uid: string) => void): Bindings {
  const bound = new MemoryBindings(end)
  return {
    bind: async (sid, uid, ms) => bound.bind(sid, uid, ms),
    uidsOf: async sid => bound.uidsOf(sid),
    sidOf: async uid => bound.sidOf(uid),
    move: async (old, sid) => bound.move(old, sid),
    forget: async sid => bound.forget(sid),
  }
}

class MemoryBindings {
  readonly #end: (uid: string) => void
  /** uids, by session of the site; the one that was bound first is the first */
  readonly #uids = new Map<string, Set<string>>()
  readonly #sids = boundedMap<{ readonly sid: string }>(MAX_BINDINGS, ({ sid }, uid) => this.#unlist(sid, uid))

  constructor(end: (uid: string) => void) {
    this.#end = end
  }

  bind(sid: string, uid: string, ms: number): void {
    this.#sids.delete(uid)
    this.#list(sid, uid, ms)
    const [first, ...others] = this.uidsOf(sid)
    if (first === undefined || others.length < MAX_BOUND) return
    this.#sids.delete(first)
    this.#end(first)
  }

  uidsOf(sid: string): string[] {
    return [...(this.#uids.get(sid) ?? [])].filter(uid => this.#sids.has(uid))
  }

  sidOf(uid: string): string | undefined {
    return this.#sids.get(uid)?.sid
  }

  move(old: string, sid: string): void {
    for (const uid of this.uidsOf(old)) {
      const ms = this.#sids.getRemainingTTL(uid)
      this.#sids.delete(uid)
      this.#list(sid, uid, ms)
    }
  }

  forget(sid: string): void {
    for (const uid of this.uidsOf(sid)) this.#sids.delete(uid)
  }

  #list(sid: string, uid: string, ms: number): void {
    this.#uids.set(sid, (this.#uids.get(sid) ?? new Set()).add(uid))
    this.#sids.set(uid, { sid }, { ttl: ms })
  }

  #unlist(sid: string, uid: string): void {
    const uids = this.#uids.get(sid)
    uids?.delete(uid)
    if (uids?.size === 0) this.#uids.delete(sid)
  }
}
