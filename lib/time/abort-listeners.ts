import { type AbortSignalLike, LightSignal } from './light-signal'

/** Listeners of the library on a signal of the app. */
interface Watch {
  readonly listeners: Set<() => void>
  readonly onAbort: () => void
}

const watches = new WeakMap<AbortSignalLike, Watch>()

/**
 * Calls `listener` when `signal` aborts. A signal of the app gets one listener of ours, however many logins are bound to
 * it: Node.js warns of a leak at eleven.
 */
export function addAbortListener(signal: AbortSignalLike, listener: () => void): void {
  if (signal instanceof LightSignal) signal.addEventListener('abort', listener)
  else (watches.get(signal) ?? startWatch(signal)).listeners.add(listener)
}

/** Removes a listener that {@link addAbortListener} added. The signal keeps none of ours after the last. */
export function removeAbortListener(signal: AbortSignalLike, listener: () => void): void {
  if (signal instanceof LightSignal) {
    signal.removeEventListener('abort', listener)
    return
  }
  const watch = watches.get(signal)
  if (!watch?.listeners.delete(listener) || watch.listeners.size > 0) return
  watches.delete(signal)
  signal.removeEventListener('abort', watch.onAbort)
}

function startWatch(signal: AbortSignalLike): Watch {
  const listeners = new Set<() => void>()
  const watch = {
    listeners,
    onAbort: () => {
      for (const listener of listeners) listener()
    },
  }
  signal.addEventListener('abort', watch.onAbort)
  watches.set(signal, watch)
  return watch
}
