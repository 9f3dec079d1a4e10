import { MAX_DELAYED_FAILURES } from '../../limits'
import { LightSignal } from '../../time/light-signal'

/** Refusals that wait for their time, by the key of the visitor: a bounded number, which the keys share. */
export class HeldRefusals {
  /** for each key, the signal that displaces each of its refusals, with the time at which the wait is over anyway */
  readonly #byKey = new Map<string, Map<LightSignal, number>>()
  #size = 0

  /** Adds a refusal. Returns the signal that is aborted if another one needs its place. */
  add(key: string, dueAt: number): LightSignal {
    if (this.#size >= MAX_DELAYED_FAILURES) this.#displaceFor(key)
    const displaced = new LightSignal()
    const held = this.#byKey.get(key) ?? new Map<LightSignal, number>()
    this.#byKey.set(key, held.set(displaced, dueAt))
    this.#size++
    return displaced
  }

  /** Removes a refusal, if it is still here. */
  remove(key: string, displaced: LightSignal): void {
    const held = this.#byKey.get(key)
    if (!held?.delete(displaced)) return
    this.#size--
    if (held.size === 0) this.#byKey.delete(key)
  }

  // The key that holds most gives way, and of its refusals the one due first. The one that comes would end as soon as the
  // server answered it, at a time that tells of its account.
  #displaceFor(key: string): void {
    let most = key
    let size = this.#sizeOf(key) === 0 ? 0 : this.#sizeOf(key) + 1
    for (const [other, held] of this.#byKey) {
      if (held.size <= size) continue
      most = other
      size = held.size
    }
    const [first, ...others] = this.#byKey.get(most) ?? []
    if (first === undefined) return
    const [due] = others.reduce((earliest, held) => (held[1] < earliest[1] ? held : earliest), first)
    this.remove(most, due)
    due.abort()
  }

  #sizeOf(key: string): number {
    return this.#byKey.get(key)?.size ?? 0
  }
}
