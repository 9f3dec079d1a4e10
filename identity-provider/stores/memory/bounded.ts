import { LRUCache } from 'lru-cache'

/** A clock that specs can move: the cache would otherwise take the monotonic one. */
const CLOCK = { now: () => Date.now() }

/**
 * Opens a map of values with a lifetime, given with `{ ttl }`. When it is full, the least recently used value goes.
 * @param onGone is called after a value was removed, in whichever way; not when another takes its place
 */
export function boundedMap<V extends object>(
  max: number,
  onGone?: (value: V, key: string) => void,
): LRUCache<string, V> {
  return new LRUCache<string, V>({
    max,
    perf: CLOCK,
    // Exact times: without this, the cache reads the clock once a millisecond.
    ttlResolution: 0,
    // Not `noDisposeOnSet`: with it, the cache tells of an eviction at its next use only.
    disposeAfter(value, key, reason) {
      if (reason !== 'set') onGone?.(value, key)
    },
  })
}
