import type { Clock } from './clock'
import { Ending, type Signal } from './ending'

/** A signal that must be released when what it bounds is over. */
export interface Bound {
  readonly signal: Signal
  release(): void
}

/** A signal that is aborted with `reason()` after `ms`, or with the reason of the first of `parents` that is. */
export function bounded(clock: Clock, ms: number, reason: () => unknown, ...parents: readonly Signal[]): Bound {
  const { signal, release } = following(parents)
  const over = new Ending()
  void clock.pause(ms, over).then(() => {
    if (!over.aborted) signal.abort(reason())
  })
  return {
    signal,
    release() {
      over.abort()
      release()
    },
  }
}

/** A signal that is aborted `ms` after `parent` is, with its reason. */
export function delayed(clock: Clock, ms: number, parent: Signal): Bound {
  const signal = new Ending()
  const over = new Ending()
  const begin = () => {
    void clock.pause(ms, over).then(() => {
      if (!over.aborted) signal.abort(parent.reason)
    })
  }
  if (parent.aborted) begin()
  else parent.addEventListener('abort', begin)
  return {
    signal,
    release() {
      over.abort()
      parent.removeEventListener('abort', begin)
    },
  }
}

/** A signal that is aborted with the reason of the first of `parents` that is. */
export function anyOf(...parents: readonly Signal[]): Bound {
  return following(parents)
}

/** What `promise` settles with, or the signal's reason if that comes first; then nobody waits for `promise` any more. */
export function untilAborted<T>(promise: Promise<T>, signal: Signal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort)
    const done = () => signal.removeEventListener('abort', abort)
    promise.then(
      value => {
        done()
        resolve(value)
      },
      reason => {
        done()
        reject(reason)
      },
    )
  })
}

function following(parents: readonly Signal[]): { signal: Ending; release(): void } {
  const signal = new Ending()
  const follow = () => signal.abort(parents.find(parent => parent.aborted)?.reason)
  for (const parent of parents) parent.addEventListener('abort', follow)
  if (parents.some(parent => parent.aborted)) follow()
  return {
    signal,
    release() {
      for (const parent of parents) parent.removeEventListener('abort', follow)
    },
  }
}
