import type { Clock } from './clock'
import type { Signal } from './light-signal'

/** Resolves after `ms`, or as soon as `signal` aborts. Never rejects. */
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

/** Settles like `promise`, or rejects with the signal's reason as soon as `signal` aborts; then ignores `promise`. */
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
