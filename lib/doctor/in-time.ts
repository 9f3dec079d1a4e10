import { type Signal, throwIfAborted } from '../time/light-signal'

/** `work`; when the time is over, it rejects with that, and not with what giving up came to. */
export async function inTime<T>(signal: Signal, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throwIfAborted(signal)
    throw error
  }
}
