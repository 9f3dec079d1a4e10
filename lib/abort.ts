import type { Clock } from './clock'

/** A signal that must be released when what it bounds is over. */
export interface Bound {
  readonly signal: AbortSignal
  release(): void
}

/** A signal that is aborted with `reason()` after `ms`, or with the reason of the first of `parents` that is. */
export function bounded(clock: Clock, ms: number, reason: () => unknown, ...parents: readonly AbortSignal[]): Bound {
  const late = new AbortController()
  const over = new AbortController()
  void clock.pause(ms, over.signal).then(() => {
    if (!over.signal.aborted) late.abort(reason())
  })
  const { signal, release } = anyOf(late.signal, ...parents)
  return {
    signal,
    release() {
      over.abort()
      release()
    },
  }
}

/** A signal that is aborted `ms` after `parent` is, with its reason. */
export function delayed(clock: Clock, ms: number, parent: AbortSignal): Bound {
  const controller = new AbortController()
  const over = new AbortController()
  const begin = () => {
    void clock.pause(ms, over.signal).then(() => {
      if (!over.signal.aborted) controller.abort(parent.reason)
    })
  }
  if (parent.aborted) begin()
  else parent.addEventListener('abort', begin, { once: true })
  return {
    signal: controller.signal,
    release() {
      over.abort()
      parent.removeEventListener('abort', begin)
    },
  }
}

/** A signal that is aborted with the reason of the first of `parents` that is. */
export function anyOf(...parents: readonly AbortSignal[]): Bound {
  const controller = new AbortController()
  const follow = () => controller.abort(parents.find(parent => parent.aborted)?.reason)
  for (const parent of parents) parent.addEventListener('abort', follow, { once: true })
  if (parents.some(parent => parent.aborted)) follow()
  return {
    signal: controller.signal,
    release() {
      for (const parent of parents) parent.removeEventListener('abort', follow)
    },
  }
}

/** What `promise` settles with, or the signal's reason if that comes first; then nobody waits for `promise` any more. */
export function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
