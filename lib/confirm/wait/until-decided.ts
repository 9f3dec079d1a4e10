import type { Clock } from '../../time/clock'
import { AnySignal } from '../../time/combined-signals'
import { type AbortSignalLike, LightSignal } from '../../time/light-signal'
import type { ConfirmRecord, ConfirmStore } from '../store'

/** Request before a wait and after it. */
interface Looks {
  readonly before: ConfirmRecord | undefined
  readonly after: ConfirmRecord | undefined
}

/**
 * Waits until a request is decided or over, at most `ms`, and returns it. A store may end its wait for another `asked`: this
 * wait goes on, or its time would tell that the question came back.
 */
export async function untilDecided(
  store: ConfirmStore,
  clock: Clock,
  id: string,
  ms: number,
  signal?: AbortSignalLike,
): Promise<ConfirmRecord | undefined> {
  const until = clock.now() + ms
  for (;;) {
    const left = until - clock.now()
    const { before, after } = await oneWait(store, id, left, signal)
    if (after?.state !== 'waiting' || after.asked === before?.asked || signal?.aborted) return after
  }
}

async function oneWait(store: ConfirmStore, id: string, ms: number, signal?: AbortSignalLike): Promise<Looks> {
  // Listens first: a decision between the look and the wait would be missed.
  const looked = new LightSignal()
  const either = new AnySignal(looked, ...(signal ? [signal] : []))
  try {
    const change = store.changed(id, ms, either)
    // Not awaited when the look fails: its own failure must not end the process.
    change.catch(() => {})
    const before = await store.get(id)
    if (before?.state !== 'waiting') return { before, after: before }
    await change
    return { before, after: await store.get(id) }
  } finally {
    looked.abort()
    either.release()
  }
}
