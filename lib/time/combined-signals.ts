import type { Clock } from './clock'
import { LightSignal, type Signal } from './light-signal'

/** An {@link LightSignal} that ends with the first of its parents, for the same reason, until it is released. */
export class AnySignal extends LightSignal {
  readonly #parents: readonly Signal[]
  readonly #follow = () => this.abort(this.#parents.find(parent => parent.aborted)?.reason)

  constructor(...parents: readonly Signal[]) {
    super()
    this.#parents = parents
    for (const parent of parents) parent.addEventListener('abort', this.#follow)
    if (parents.some(parent => parent.aborted)) this.#follow()
  }

  /** To be called when what it bounds is over. */
  release(): void {
    for (const parent of this.#parents) parent.removeEventListener('abort', this.#follow)
  }
}

/** A {@link AnySignal} that is aborted with `reason()` after `ms`, too. */
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

/** A signal that is aborted `ms` after `parent` is, with its reason, until it is released. */
export class GraceSignal extends LightSignal {
  readonly #parent: Signal
  readonly #begin: () => void
  #cancel: (() => void) | undefined

  constructor(clock: Clock, ms: number, parent: Signal) {
    super()
    this.#parent = parent
    this.#begin = () => {
      this.#cancel = clock.after(ms, () => this.abort(parent.reason))
    }
    if (parent.aborted) this.#begin()
    else parent.addEventListener('abort', this.#begin)
  }

  /** To be called when what it bounds is over. */
  release(): void {
    this.#parent.removeEventListener('abort', this.#begin)
    this.#cancel?.()
  }
}
