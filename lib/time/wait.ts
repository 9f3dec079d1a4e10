import type { Clock } from './clock'
import type { Signal } from './light-signal'

/** Resolves after `ms`, or as soon as `signal` is aborted: then too, and not by a rejection. */
export function pause(clock: Clock, ms: number, signal: Signal): Promise<void> {
  return new Promise(resolve => {
    if (signal.aborted) return resolve()
    const done = () => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.after(ms, done)
    signal.addEventListener('abort', done)
  })
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
