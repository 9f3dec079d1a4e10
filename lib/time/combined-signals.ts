import { addAbortListener, removeAbortListener } from './abort-listeners'
import type { Clock } from './clock'
import { LightSignal, type Signal } from './light-signal'

/*
 * Signals that combine others. An aborted parent aborts its children with its own reason, never the other way round:
 *
 *     parent ──┐                parent ──┐
 *     parent ──┴─ AnySignal     parent ──┤                     parent ── after ms ── GraceSignal
 *                             after ms ──┴─ TimeoutSignal
 *
 * Each listens to its parents, or keeps a timer, until `release()` is called.
 */

/** Signal that aborts with the first of its parents, for the same reason (like `AbortSignal.any`). */
export class AnySignal extends LightSignal {
  readonly #parents: readonly Signal[]
  readonly #follow = () => this.abort(this.#parents.find(parent => parent.aborted)?.reason)

  constructor(...parents: readonly Signal[]) {
    super()
    this.#parents = parents
    for (const parent of parents) addAbortListener(parent, this.#follow)
    if (parents.some(parent => parent.aborted)) this.#follow()
  }

  /** Stops following the parents. Call it when the bounded work is over. */
  release(): void {
    for (const parent of this.#parents) removeAbortListener(parent, this.#follow)
  }
}

/** {@link AnySignal} that also aborts with `reason()` after `ms` (like `AbortSignal.timeout`). */
export class TimeoutSignal extends AnySignal {
  readonly #cancel: () => void

  constructor(clock: Clock, ms: number, reason: () => unknown, ...parents: readonly Signal[]) {
    super(...parents)
    this.#cancel = clock.after(ms, () => this.abort(reason()))
  }

  override release(): void {
    this.#cancel()
    super.release()
  }
}

/** Signal that aborts `ms` after its parent does, with the parent's reason. */
export class GraceSignal extends LightSignal {
  readonly #parent: Signal
  readonly #startTimer: () => void
  #cancel: (() => void) | undefined

  constructor(clock: Clock, ms: number, parent: Signal) {
    super()
    this.#parent = parent
    this.#startTimer = () => {
      this.#cancel = clock.after(ms, () => this.abort(parent.reason))
    }
    if (parent.aborted) this.#startTimer()
    else parent.addEventListener('abort', this.#startTimer)
  }

  /** Stops following the parent and cancels the timer. Call it when the bounded work is over. */
  release(): void {
    this.#parent.removeEventListener('abort', this.#startTimer)
    this.#cancel?.()
  }
}
