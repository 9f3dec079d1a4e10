import { type Signal, throwIfAborted } from '../time/light-signal'

/** Awaits `work`. After the deadline it throws the deadline's error, not the one that the abort caused. */
export async function withinDeadline<T>(deadline: Signal, work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    throwIfAborted(deadline)
    throw error
  }
}
